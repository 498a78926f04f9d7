/** The bot's reactions, over restarts. */
import assert from "node:assert/strict";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Target } from "@seabird-chat/sdk/backend";
import { MAX_REACTED_MESSAGES, OwnReactions } from "./own-reactions.ts";

const ROOM: Target = { kind: "channel", id: "lobby@rooms.x" };

async function pathOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-reactions-"));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, "state.json");
}

test("those of the same account are there after a restart", async (t) => {
  const path = await pathOf(t);
  const before = new OwnReactions("bot@x", path, assert.fail);
  before.set(ROOM, "m1", ["👍", "🎉"]);
  before.set(ROOM, "m2", ["👍"]);
  before.set(ROOM, "m2", []);
  before.set(ROOM, "x".repeat(900), ["👍"]);
  await before.written();
  const after = new OwnReactions("bot@x", path, assert.fail);
  assert.deepEqual(after.to(ROOM, "m1"), ["👍", "🎉"]);
  assert.deepEqual(after.to(ROOM, "m2"), []);
  assert.deepEqual(after.to(ROOM, "x".repeat(900)), []);
  assert.deepEqual(new OwnReactions("other@x", path, assert.fail).to(ROOM, "m1"), []);
});

test("the longest that are kept fit in the file", async (t) => {
  const path = await pathOf(t);
  const before = new OwnReactions("bot@x", path, assert.fail);
  const heart = "❤".repeat(40);
  for (let index = 0; index < MAX_REACTED_MESSAGES; index++) {
    before.set(
      ROOM,
      `${index}`.padStart(500, "€"),
      Array.from({ length: 6 }, () => heart),
    );
  }
  await before.written();
  assert.ok((await stat(path)).size > 1024 * 1024);
  const after = new OwnReactions("bot@x", path, assert.fail);
  assert.equal(after.to(ROOM, "999".padStart(500, "€")).length, 6);
});

test("a file of another form is told, and what is no entry left out", async (t) => {
  const path = await pathOf(t);
  const key = JSON.stringify(["channel", ROOM.id, "m1"]);
  for (const [content, emojis, problem] of [
    ["[]", [], /it holds none/],
    ['{"address":"bot@x","reactions":7}', [], /it holds none/],
    [
      { address: "bot@x", reactions: [null, 7, [], ["a"], [key, [""]], [key, 1], [key, ["👍"]]] },
      ["👍"],
      undefined,
    ],
  ] as const) {
    await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
    const problems: string[] = [];
    const reactions = new OwnReactions("bot@x", path, (reason) => problems.push(reason));
    assert.deepEqual(reactions.to(ROOM, "m1"), emojis);
    if (problem === undefined) assert.deepEqual(problems, []);
    else assert.match(problems.join("\n"), problem);
  }
});

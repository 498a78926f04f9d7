/** People that a line mentions, and what is left of a block behind the command. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { attachment, type Block, bold, container, mention, text } from "@seabird-chat/protocol";
import { systemClock } from "../link/clock.ts";
import { arg } from "./arg.ts";
import { CommandSet } from "./command-set.ts";
import { blockAfter, mentionsIn } from "./mentions.ts";

const LEE = "irc://libera/ann%20lee";
const atLee = mention({ userId: LEE }, "@Ann Lee");

async function answer(line: string, argBlock: Block): Promise<unknown> {
  const set = new CommandSet<string>();
  set.add("hug", { help: "x", args: { who: arg.user(), why: arg.rest().optional() } }, "");
  set.add("say", { help: "x", args: { word: arg.word(), other: arg.word().optional() } }, "");
  const [name = "", ...words] = line.split(" ");
  const user = { id: "irc://libera/bob", displayName: "Bob" };
  const from = { user, channelId: "irc://libera/%23c", backendType: "irc", tags: {}, prefix: "!" };
  const invocation = { name, arg: words.join(" "), argBlock, ...from };
  const prepared = await set.prepare(invocation, { clock: systemClock });
  return prepared.do === "run" ? prepared.values : prepared.do === "reply" && prepared.line;
}

test("a mention is one word, and names the person by id", async () => {
  const who = { id: LEE, displayName: "Ann Lee" };
  assert.deepEqual(await answer("hug @Ann Lee", atLee), { who, why: undefined });
  const block = container([text(" "), bold(atLee), text(", as always")]);
  assert.deepEqual(await answer("hug @Ann Lee, as always", block), { who, why: "as always" });
  assert.deepEqual(await answer("say @Ann Lee x", atLee), { word: "@Ann Lee", other: "x" });
});

const REFUSED: Readonly<Record<string, readonly [string, Block]>> = {
  "is the name of several people": [
    "hug @Ann Lee",
    container([atLee, text(" "), mention({ userId: "irc://libera/other" }, "@Ann Lee")]),
  ],
  "is on another network": ["hug @x", mention({ userId: "irc://other/x" }, "@x")],
  "is not a person's name": ["hug @x", mention({ userId: "irc://libera/x" }, "@x\u202E")],
};

for (const [why, [line, block]] of Object.entries(REFUSED)) {
  test(`a mention that ${why}`, async () => {
    const typed = why.includes("name") && !why.includes("several") ? `${line}\u202E` : line;
    assert.ok(String(await answer(typed, block)).includes(why));
  });
}

test("mentions of channels and of everyone name nobody", () => {
  const block = container([
    mention({ channelId: "irc://libera/%23c" }, "#c"),
    mention("everyone"),
    text("x"),
  ]);
  assert.equal(mentionsIn(block).size, 0);
  assert.equal(mentionsIn(undefined).size, 0);
});

test("a person whose id is not known is named, and not notified", () => {
  const block = mention({ id: undefined, displayName: "carl" });
  assert.equal(block.plain, "carl");
  assert.equal(block.inner.case === "mention" && block.inner.value.target.case, undefined);
  assert.throws(() => mention({ id: undefined }), /mention: the target is a user/);
});

test("what is behind the command keeps its mentions and files", () => {
  const file = attachment({ url: "https://x.example/a", name: "a" });
  const rest = blockAfter(container([text("!hug "), atLee, file]), 5);
  assert.equal(rest?.plain, `@Ann Lee${file.plain}`);
  assert.equal(mentionsIn(rest).get("@Ann Lee")?.id, LEE);
  assert.equal(blockAfter(text("!hug me"), 5)?.plain, "me");
  assert.equal(blockAfter(text("!hug"), 4), undefined);
  assert.equal(blockAfter(atLee, 0), atLee);
});

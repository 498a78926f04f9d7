/** A script of several people who answer, edit, react and delete, with the example's poll beside them. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { connectPlugin, type PluginEvent } from "@seabird-chat/sdk";
import { startCore, type TestCore } from "../support/core.ts";
import { until } from "../support/until.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SEABIRD = `${ROOT}cli/bin/seabird.js`;
const ROOM = `${ROOT}backends/terminal/bin/seabird-backend-terminal.js`;
const POLL = `${ROOT}examples/poll.ts`;

async function run(t: TestContext, core: TestCore, args: readonly string[], scopes: string[]) {
  const SEABIRD_TOKEN = await core.token(scopes, scopes.join(" "));
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env["PATH"], USER: "ann", SEABIRD_HOST: core.url, SEABIRD_TOKEN },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exit = once(child, "exit");
  t.after(async () => {
    if (child.exitCode === null) child.kill("SIGKILL");
    await exit;
  });
  return { child, exit };
}

/** What the room shows for a script, with the program of the poll as its only plugin. */
async function play(t: TestContext, script: readonly string[]): Promise<readonly string[]> {
  const core = await startCore({}, t);
  await run(t, core, [SEABIRD, "plugin", POLL], ["plugin"]);
  await until("the poll's command", () => core.core.broker.stats().commands === 1, 30_000);
  const room = await run(t, core, [ROOM], ["backend:terminal/*"]);
  const shown = text(room.child.stdout);
  room.child.stdin.end(script.join("\n"));
  assert.deepEqual(await room.exit, [0, null]);
  return (await shown).trimEnd().split("\n");
}

test("a script tries a plugin of reactions and edits, and waits for what it does", async (t) => {
  const shown = await play(t, [
    "!poll tea?",
    "/wait tea?",
    "/react seabird 👍",
    "/wait 👍 1",
    "/as bob /react seabird 👎",
    "/wait 👎 1",
    "/unreact seabird",
    "/wait tea? 👎 1",
    "/as bob /unreact -1",
    "/wait Nobody",
  ]);
  const seen = shown.filter((line) => !line.startsWith("<ann> /"));
  assert.deepEqual(seen, [
    "<ann> !poll tea?",
    "<seabird> tea? React to vote.",
    "* ann reacted 👍: <seabird> tea? React to vote.",
    "* edited: <seabird> tea? 👍 1",
    "<bob> /react seabird 👎",
    "* bob reacted 👎: <seabird> tea? 👍 1",
    "* edited: <seabird> tea? 👍 1, 👎 1",
    "* ann took back 👍: <seabird> tea? 👍 1, 👎 1",
    "* edited: <seabird> tea? 👎 1",
    "<bob> /unreact -1",
    "* bob took back 👎: <seabird> tea? 👎 1",
    "* edited: <seabird> tea? Nobody yet.",
  ]);
});

/** Each line of a script, and what it shows. */
const LINES: readonly (readonly [line: string, ...shown: string[]])[] = [
  ["/ids on", "<ann> /ids on", "-- numbers of messages are shown"],
  ["hello", "1 <ann> hello"],
  ["/as bob", "<ann> /as bob", "-- you are bob now"],
  ["/reply ann hi @ann, how are you?", "▎ <ann> hello", "2 <bob> hi @ann, how are you?"],
  [
    "/as cid /file https://example.org/cat.jpg a.jpg",
    "3 <cid> a.jpg (https://example.org/cat.jpg)",
  ],
  ["/edit -2 hi @ann", "<bob> /edit -2 hi @ann", "* edited: 2 <bob> hi @ann"],
  [
    "/edit ann what ann never said",
    "<bob> /edit ann what ann never said",
    "-- you can edit only what you said, not 1 <ann> hello",
  ],
  ["/delete cid", "<bob> /delete cid", "-- bob can delete only what bob said"],
  [
    "/as ann /delete cid no cats",
    "<ann> /delete cid no cats",
    "* deleted by ann (no cats): 3 <cid> a.jpg",
  ],
  ["/as ann /react -1 👍", "<ann> /react -1 👍", "* ann reacted 👍: 2 <bob> hi @ann"],
  ["/unreact 2 👎", "<bob> /unreact 2 👎", "-- bob has not reacted so"],
  ["/reply 99 what?", '-- there is no message "99"; /ids lists the last ones'],
  ["/nick rob", "<bob> /nick rob", "-- bob is now called rob"],
  ["/msg psst", "4 <rob> /msg psst"],
  [
    "/as ann /react 4 👀",
    "<ann> /react 4 👀",
    '-- there is no message "4"; /ids lists the last ones',
  ],
  ["/as ann /reply rob:1 good", "▎ <rob> hi @ann", "5 <ann> good"],
  ["/as rob /members", "<rob> /members", "-- in #terminal: ann cid rob seabird (bot)"],
  ["/ids", "<rob> /ids", "-- 1 <ann> hello", "-- 2 <rob> hi @ann", "-- 5 <ann> good"],
  ["/leave", "<rob> /leave", "-- rob left #terminal"],
  ["/leave", "<rob> /leave", "-- rob is not in #terminal"],
  [
    "/as seabird hi",
    "<rob> /as seabird hi",
    "-- seabird is the bot, or there are 100 people already",
  ],
  ["/ids off", "<rob> /ids off", "-- numbers of messages are hidden"],
  ["bye", "<rob> bye"],
];

test("several people refer to one another's lines, and plugins hear of it", async (t) => {
  const core = await startCore({}, t);
  const kinds = ["messageEdited", "messageDeleted", "reaction", "member", "userChanged"] as const;
  const plugin = connectPlugin({ url: core.url, token: await core.token(), kinds });
  t.after(() => plugin.close());
  await plugin.ready();
  const room = await run(t, core, [ROOM], ["backend:terminal/*"]);
  const shown = text(room.child.stdout);
  room.child.stdin.end(LINES.map(([line]) => line).join("\n"));
  const heard: unknown[] = [];
  for await (const event of plugin.events()) {
    if (event.kind === "backend" || event.kind === "channel") continue;
    heard.push(toRow(event));
    if ("text" in event && event.text === "bye") break;
  }
  assert.deepEqual(await room.exit, [0, null]);
  const expected = LINES.flatMap(([, ...lines]) => lines);
  assert.deepEqual((await shown).trimEnd().split("\n"), expected);
  assert.deepEqual(heard, [
    ["message", "ann", 1, "hello", undefined],
    ["member", "bob", "joined"],
    ["message", "bob", 2, "hi @ann, how are you?", { answers: 1, author: "ann", text: "hello" }],
    ["member", "cid", "joined"],
    ["message", "cid", 3, "a.jpg: https://example.org/cat.jpg", undefined],
    ["messageEdited", "bob", 2, "hi @ann", { answers: 1, author: "ann", text: "hello" }],
    ["messageDeleted", "ann", [3], "no cats"],
    ["reaction", "ann", 2, "👍", false],
    ["userChanged", "bob", "rob"],
    ["privateMessage", "rob", 4, "psst", undefined],
    ["message", "ann", 5, "good", { answers: 2, author: "rob", text: "hi @ann" }],
    ["member", "rob", "left"],
    ["member", "rob", "joined"],
    ["message", "rob", 6, "bye", undefined],
  ]);
});

test("a persona's name is shown, and is not taken for somebody who is here", async (t) => {
  const core = await startCore({}, t);
  const scopes = ["plugin", "persona"];
  const plugin = connectPlugin({ url: core.url, token: await core.token(scopes) });
  t.after(() => plugin.close());
  await plugin.ready();
  const room = await run(t, core, [ROOM], ["backend:terminal/*"]);
  const shown = text(room.child.stdout);
  room.child.stdin.end("hello\n/wait four\n");
  for await (const event of plugin.events()) if (event.kind === "message") break;
  const names = ["Polly", "ann", "\x1b[2J", ""];
  for (const [index, displayName] of names.entries()) {
    const said = ["one", "two", "three", "four"][index] ?? "";
    await plugin.sendMessage("terminal://local/%23terminal", said, { persona: { displayName } });
  }
  assert.deepEqual(await room.exit, [0, null]);
  assert.deepEqual((await shown).trimEnd().split("\n").slice(2), [
    "<Polly> one",
    "<ann (seabird)> two",
    "<[2J> three",
    "<seabird> four",
  ]);
});

/** Of ids only what the person sees. */
function toRow(event: PluginEvent): readonly unknown[] {
  const number = (id: string) => Number(/^[a-z0-9]+-(\d+)$/.exec(id)?.[1]);
  const user = (id: string | undefined) => id?.replace("terminal://local/", "");
  switch (event.kind) {
    case "message":
    case "privateMessage":
    case "messageEdited": {
      const { id, replyTo } = event.message;
      const answered = replyTo && {
        answers: number(replyTo.id),
        author: user(replyTo.author?.id),
        text: replyTo.text,
      };
      return [event.kind, user(event.user.id), number(id), event.text, answered];
    }
    case "messageDeleted":
      return [event.kind, user(event.by?.id), event.messageIds.map(number), event.reason];
    case "reaction":
      return [
        event.kind,
        user(event.user.id),
        number(event.messageId),
        event.emoji.text,
        event.removed,
      ];
    case "member":
      return [event.kind, user(event.user.id), event.change];
    case "userChanged":
      return [event.kind, user(event.before.id), user(event.user.id)];
    default:
      return [event.kind];
  }
}

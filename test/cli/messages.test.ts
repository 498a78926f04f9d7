/** The commands for messages that exist, and for people, in processes of their own on a real core. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { after, before, type TestContext, test } from "node:test";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { Seabird } from "@seabird-chat/protocol";
import { Refused } from "@seabird-chat/sdk/backend";
import { startCore, type TestCore } from "../support/core.ts";
import { runCli } from "../support/run-cli.ts";
import { startTestBackend, type TestBackend } from "../support/test-backend.ts";

const BACKEND = "camp://net";
const ROOM = "camp://net/room";
const ANN = "camp://net/ann";

let core: TestCore;
let able: TestBackend;
let plain: TestBackend;
let irc: TestBackend;
let token: string;
const asked: string[] = [];

before(async () => {
  core = await startCore();
  token = await core.token(["plugin", "persona"], "operator");
  const client = { url: core.url, token: await core.token() };
  const capabilities = {
    reply: "full",
    persona: "partial",
    attachment: "full",
    messageIds: "full",
    limits: { maxTextBytes: 400 },
    allowedReactions: ["👍", "👎"],
  } as const;
  able = await startTestBackend(
    { ...client, type: "camp", capabilities },
    {
      send: (to, { kind, text, replyTo, persona }) => {
        const more = [replyTo?.messageId, persona?.displayName].filter(Boolean).join(" ");
        if (text === "no") throw new Refused("not here");
        asked.push(`${kind} ${to.kind} ${to.id}: ${text} [${more}]`);
        return { ids: ["m1", "m1b"], degraded: text.startsWith("rich") ? ["emoji"] : [] };
      },
      edit: (to, ids, { text }) => {
        if (ids.includes("absent")) throw new Refused("no such message\x1b[31m");
        asked.push(`edit ${to.id} ${ids.join("+")}: ${text}`);
        return { ids: ["m9"] };
      },
      delete: (to, ids, { reason }) => {
        asked.push(`delete ${to.kind} ${to.id} ${ids.join("+")}: ${reason}`);
        return ids.includes("old") ? { old: "too old" } : undefined;
      },
      react: (to, id, { emoji, removed }) =>
        void asked.push(
          `${removed ? "unreact" : "react"} ${to.id} ${id} ${emoji?.text || emoji?.id}`,
        ),
      members: () => ({
        members: [{ id: "ann", displayName: "Ann\x1b[31m", account: "ann@camp" }, "bob"],
        isComplete: false,
      }),
    },
  );
  able.channels.joined({ id: "room", displayName: "Room" });
  plain = await startTestBackend(
    { ...client, type: "dull" },
    {
      send: (to, { text }) => {
        asked.push(`${to.id}: ${text}`);
        return undefined;
      },
    },
  );
  plain.channels.joined({ id: "room" });
  irc = await startTestBackend(
    { ...client, type: "irc" },
    {
      join: () => {
        throw new Refused("not a channel's name");
      },
    },
  );
  await Promise.all([able.ready(), plain.ready(), irc.ready()]);
});

after(async () => {
  await Promise.all([able.close(), plain.close(), irc.close()]);
  await core.close();
});

function cli(args: readonly string[], url = core.url) {
  return runCli(args, { cwd: tmpdir(), env: { SEABIRD_HOST: url, SEABIRD_TOKEN: token } });
}

interface Row {
  readonly args: readonly string[];
  /** What the backend is asked for. */
  readonly asks?: readonly string[];
  readonly out: string | object;
  readonly err?: RegExp;
}

const ATTACHED = "https://example.org/a%20cat.jpg";

const ROWS: readonly Row[] = [
  {
    args: ["send", ROOM, "hi"],
    asks: ["message channel room: hi []"],
    out: "m1\nm1b\n",
    err: /^sent\n$/,
  },
  {
    args: ["send", ROOM, "rich", "--reply-to", "q7", "--persona", "Zed"],
    asks: ["message channel room: rich [q7 Zed]"],
    out: "m1\nm1b\n",
    err: /^sent, but the network cannot: emoji\n$/,
  },
  {
    args: ["send", "--private", ANN, "rich", "--json"],
    asks: ["message user ann: rich []"],
    out: { ok: true, ids: ["m1", "m1b"], degraded: ["emoji"] },
  },
  {
    args: ["action", ROOM, "waves", "--persona", "Zed"],
    asks: ["action channel room: waves [Zed]"],
    out: "m1\nm1b\n",
  },
  {
    args: ["send", ROOM, "--attach", ATTACHED],
    asks: [`message channel room: a cat.jpg: ${ATTACHED} []`],
    out: "m1\nm1b\n",
  },
  {
    args: ["send", ROOM, "look", "--attach", ATTACHED, "--attach", "https://example.org/"],
    asks: [`message channel room: look a cat.jpg: ${ATTACHED} https://example.org/ []`],
    out: "m1\nm1b\n",
  },
  {
    args: ["send", ROOM, "--attach", " https://example.org/a cat\n.jpg"],
    asks: [`message channel room: a cat.jpg: ${ATTACHED} []`],
    out: "m1\nm1b\n",
  },
  {
    args: ["send", ROOM, "--", "--hm"],
    asks: ["message channel room: --hm []"],
    out: "m1\nm1b\n",
  },
  {
    args: ["send", "dull://net/room", "--attach", ATTACHED, "--reply-to", "q7", "--json"],
    asks: [`room: a cat.jpg: ${ATTACHED}`],
    out: { ok: true, ids: [], degraded: ["reply", "attachment"] },
  },
  {
    args: ["send", "dull://net/room", "yes", "--reply-to", "q7"],
    asks: ["room: yes"],
    out: "",
    err: /^sent, but the network cannot: reply\n {2}Next time --quote TEXT shows what it answers\.\n$/,
  },
  {
    args: ["send", "dull://net/room", "yes", "--reply-to", "q7", "--quote", "ann: is it?"],
    asks: ["room: > ann: is it?\nyes"],
    out: "",
    err: /^sent, but the network cannot: reply\n$/,
  },
  {
    args: ["action", "dull://net/room", "nods", "--reply-to", "q7"],
    asks: ["room: nods"],
    out: "",
    err: /^sent, but the network cannot: reply\n$/,
  },
  {
    args: ["edit", ROOM, "m1", "new", "text", "--part", "m1b"],
    asks: ["edit room m1+m1b: new text"],
    out: "m9\n",
    err: /^edited\n$/,
  },
  {
    args: ["edit", ROOM, "m1", "x", "--json"],
    asks: ["edit room m1: x"],
    out: { ok: true, ids: ["m9"], degraded: [] },
  },
  {
    args: ["delete", "--private", ANN, "m1", "m2", "--reason", "spam"],
    asks: ["delete user ann m1+m2: spam"],
    out: "",
    err: /^deleted\n$/,
  },
  {
    args: ["delete", ROOM, "m1", "--json"],
    asks: ["delete channel room m1: "],
    out: { ok: true, deleted: ["m1"] },
  },
  { args: ["react", ROOM, "m1", "👍"], asks: ["react room m1 👍"], out: "", err: /^reacted\n$/ },
  {
    args: ["react", ROOM, "m1", "👍", "--remove"],
    asks: ["unreact room m1 👍"],
    out: "",
    err: /^taken back\n$/,
  },
  {
    args: ["react", ROOM, "m1", "--remove", "--emoji-id", "e7"],
    asks: ["unreact room m1 e7"],
    out: "",
    err: /^taken back\n$/,
  },
  {
    args: ["react", ROOM, "m1", "--remove", "--json"],
    asks: ["unreact room m1 undefined"],
    out: { ok: true },
  },
  {
    args: ["members", ROOM],
    out:
      "USER              NAME       ACCOUNT   BOT\n" +
      "camp://net/ann    Ann␛[31m   ann@camp  -\n" +
      "camp://net/bob    bob        -         -\n",
    err: /may be more/,
  },
  {
    args: ["capabilities", "dull://net", "--json"],
    out: {
      ...{ id: "dull://net", features: {}, limits: {}, formats: [] },
      ...{ allowedReactions: [], channels: [] },
    },
  },
];

for (const { args, asks = [], out, err } of ROWS) {
  test(`seabird ${args.join(" ")}`, async () => {
    asked.length = 0;
    const result = await cli(args);
    assert.equal(result.code, 0, result.err);
    if (typeof out === "string") assert.equal(spaced(result.out), spaced(out));
    else assert.deepEqual(JSON.parse(result.out), out);
    if (err !== undefined) assert.match(result.err, err);
    assert.deepEqual(asked, asks);
  });
}

/** Widths of columns do not matter. */
function spaced(text: string): string {
  return text.replaceAll(/ {2,}/g, "  ");
}

test("capabilities: of a backend and of a channel", async () => {
  for (const id of [BACKEND, ROOM]) {
    const { code, out, err } = await cli(["capabilities", id]);
    assert.equal(code, 0, err);
    assert.match(out, /^CAN +HOW FAR\n[\s\S]*\nedit +full\n[\s\S]*\npersona +partial\n/);
    assert.match(out, /\nmax_text_bytes +400\n[\s\S]*allowed reactions +👍 👎\n/);
  }
  assert.match((await cli(["capabilities", "dull://net"])).out, /declares nothing/);
});

const REFUSED: readonly (readonly [args: readonly string[], code: number, says: RegExp])[] = [
  [
    ["edit", "dull://net/room", "m1", "x"],
    1,
    /^seabird: dull:\/\/net cannot edit messages\n {2}Next: .*seabird(?:\.js)? capabilities dull:\/\/net`/,
  ],
  [["delete", "dull://net/room", "m1"], 1, /cannot delete messages/],
  [["react", "dull://net/room", "m1", "👍"], 1, /cannot react to messages/],
  [["members", "dull://net/room"], 1, /cannot list members/],
  [["delete", ROOM, "m1", "old"], 1, /not deleted: old \(too old\)/],
  [["react", ROOM, "m1"], 2, /no emoji\n {2}Next: give one/],
  [["react", ROOM, "", "👍"], 2, /the message's id is empty[\s\S]*tail --ids/],
  [["react", ROOM, "m1", ""], 2, /the emoji is empty\n {2}Next: give one/],
  [["react", ROOM, "m1", "", "--remove"], 2, /the emoji is empty/],
  [["react", ROOM, "m1", "--remove", "--emoji-id", ""], 2, /--emoji-id is empty/],
  [["edit", "room", "m1", "x"], 2, /"room" is no channel's id[\s\S]*camp:\/\/net\/room/],
  [["edit", ROOM, "", "x"], 2, /the message's id is empty[\s\S]*tail --ids/],
  [["edit", ROOM, "m".repeat(513), "x"], 2, /id has 513 bytes; at most 512[\s\S]*tail --ids/],
  [["edit", ROOM, "m1", "x", "--part", ""], 2, /--part is empty/],
  [["edit", ROOM, "absent", "x"], 1, /no such message␛\[31m\n {2}Next: if the id is wrong/],
  [["edit", "camp://net/bob", "absent", "x"], 1, /no channel with that id[\s\S]*add --private/],
  [["delete", ROOM, "m1", ""], 2, /the message's id is empty/],
  [["send", "", "x"], 2, /the channel's id is empty\n {2}Next: use an id: .*dull:\/\/net\/room/],
  [["send", BACKEND, "x"], 2, /is a backend's id, not a channel's\n {2}Next: use an id: camp:/],
  [["send", "camp://net/", "x"], 2, /is a backend's id, not a channel's\n {2}Next: use an id/],
  [["send", "camp://net/%FF", "x"], 2, /is no channel's id/],
  [["send", "camp://absent/x", "x"], 1, /unknown backend[\s\S]*backends` lists the ids/],
  [["send", "camp://net/bob", "no"], 1, /not here\n {2}Next: no channel .*camp:.*--private/],
  [["send", ROOM, "no"], 1, /^seabird: not here\n$/],
  [["send", ROOM, "x", "--persona", ""], 2, /--persona is empty/],
  [["send", ROOM, "x", "--quote", "q"], 2, /--quote without --reply-to\n {2}Next: give the id/],
  [["send", "--private", "bob", "x"], 2, /"bob" is no user's id\n {2}Next: .*members CHANNEL/],
  [["send", "--private", BACKEND, "x"], 2, /is a backend's id, not a user's/],
  [["delete", "--private", "", "m1"], 2, /the user's id is empty/],
  [["action", "--private", "camp", "x"], 2, /"camp" is no user's id/],
  [["members", BACKEND], 2, /is a backend's id, not a channel's[\s\S]*camp:\/\/net\/room/],
  [["capabilities", ""], 2, /the backend's id is empty\n {2}Next: use an id: camp:\/\/net, dull/],
  [["capabilities", "camp"], 2, /"camp" is no backend's id\n {2}Next: use an id: camp:\/\/net;/],
  [["capabilities", "camp://net/"], 2, /is a backend's id, not a channel's/],
  [["join", "dull", "x"], 2, /"dull" is no backend's id\n {2}Next: use an id: dull:\/\/net;/],
  [["join", ROOM, "x"], 2, /is no backend's id\n {2}Next: use an id: camp:\/\/net;/],
  [["join", BACKEND, ""], 2, /the channel's name is empty/],
  [["join", BACKEND, ROOM], 2, /is an id\n {2}Next: give its name alone: room\./],
  [["tail", "--channel", ""], 2, /an empty filter/],
  [["send", ROOM, "--hm"], 2, /unknown option '--hm'[\s\S]*stands behind --/],
  [["join", BACKEND], 2, /missing required argument[\s\S]*join --help` .*# needs quotes/],
  [["join", "camp://absent", "x"], 1, /unknown backend[\s\S]*backends` lists the ids/],
  [["join", "irc://net", "new"], 1, /begin with #.*\n*.*join irc:\/\/net '#new'`/],
  [["join", "irc://net", "#new"], 1, /^seabird: not a channel's name\n$/],
  [["leave", BACKEND], 2, /is a backend's id, not a channel's/],
  [["topic", "room"], 2, /"room" is no channel's id/],
  [["topic", ROOM, ""], 2, /the topic is empty\n {2}Next: --clear/],
  [["topic", ROOM, "x", "--clear"], 2, /--clear with a topic/],
  [["channels", "camp"], 2, /"camp" is no backend's id/],
  [["backends", ROOM], 2, /is no backend's id\n {2}Next: use an id: camp:\/\/net;/],
  [["members", "camp://absent/x"], 1, /unknown backend[\s\S]*backends` lists the ids/],
  [["capabilities", "camp://net/absent"], 1, /channel not found[\s\S]*channels` lists the ids/],
  [["send", ROOM, "x", "--attach", "."], 2, /is a file on this machine; files cannot be uploaded/],
  [["send", ROOM, "x", "--attach", "cat"], 2, /is no url[\s\S]*Next: put it where anybody may/],
  [["send", ROOM, "x", "--attach", "https://a:b@example.org/"], 2, /wants a user and a password/],
];

for (const [args, code, says] of REFUSED) {
  test(`refused: seabird ${args.join(" ")}`, async () => {
    const result = await cli(args);
    assert.equal(result.code, code, result.err);
    assert.match(result.err, says);
    assert.equal(result.out, "");
  });
}

test("what could not be deleted, for scripts", async () => {
  const { err } = await cli(["delete", ROOM, "m1", "old", "--json"]);
  const { error } = JSON.parse(err);
  assert.partialDeepStrictEqual(error, { deleted: ["m1"], failed: { old: "too old" } });
});

test("a token without the scope persona may not use another name", async () => {
  const env = { SEABIRD_HOST: core.url, SEABIRD_TOKEN: await core.token(["plugin"], "bare") };
  const { code, err } = await runCli(["send", ROOM, "x", "--persona", "Zed"], {
    ...{ cwd: tmpdir(), env },
  });
  assert.equal(code, 4, err);
  assert.match(err, /persona[\s\S]*Next: use a token with that scope/);
});

/** A core without the messages extension. */
async function startOldCore(t: TestContext): Promise<string> {
  const handler = connectNodeAdapter({
    routes: (router) => {
      router.service(Seabird, { getCoreInfo: () => ({}), sendMessage: () => ({}) });
    },
  });
  const server = createServer(handler).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("an older core is named as what it is, before it leaves anything out", async (t) => {
  const url = await startOldCore(t);
  const cases: readonly (readonly [args: readonly string[], next: RegExp])[] = [
    [["edit", ROOM, "m1", "x"], /Next: update core\./],
    [["delete", ROOM, "m1"], /Next: update core\./],
    [["react", ROOM, "m1", "👍"], /Next: update core\./],
    [["members", ROOM], /Next: update core\./],
    [["capabilities", ROOM], /Next: update core\./],
    [["send", ROOM, "x", "--reply-to", "m1"], /Next: update core, or leave out --reply-to\./],
    [
      ["send", ROOM, "--attach", ATTACHED, "--persona", "Zed"],
      /Next: update core, or leave out --attach, --persona\./,
    ],
  ];
  for (const [args, next] of cases) {
    const { code, err } = await cli(args, url);
    assert.equal(code, 1, err);
    assert.match(err, /^seabird: this core does not have the messages extension\n/);
    assert.match(err, next);
  }
  const { code, out, err } = await cli(["send", ROOM, "hi"], url);
  assert.deepEqual([code, out, err], [0, "", "sent\n"]);
});

/** What the commands for messages refuse, and what core or a backend refuses: the reason, the next step, the code. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { type TestContext, test } from "node:test";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { Seabird } from "@seabird-chat/protocol";
import {
  ATTACHED,
  BACKEND,
  cli,
  core,
  ROOM,
  useMessageStage,
} from "../support/message-commands.ts";
import { runCli } from "../support/run-cli.ts";

useMessageStage();

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
  [["join", BACKEND, "https://camp.example/x"], 1, /camp cannot join channels/],
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
  [["send", ROOM, "x", "--attach", "."], 2, /the file "\." is a folder\n {2}Next: pack it/],
  [
    ["send", ROOM, "x", "--attach", "absent"],
    2,
    /"absent" does not exist\n {2}Next: give a file's/,
  ],
  [["send", ROOM, "x", "--attach", ""], 2, /the file "" does not exist/],
  [["send", ROOM, "x", "--attach", "ftp://example.org/x"], 2, /does not exist[\s\S]*an address/],
  [["send", ROOM, "x", "--attach", "/dev/null"], 2, /is a device, pipe or socket/],
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

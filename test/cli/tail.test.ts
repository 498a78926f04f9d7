/** `seabird tail` on a real core: a line for each kind of event, and what is left out. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { after, before, type TestContext, test } from "node:test";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { Seabird } from "@seabird-chat/protocol";
import { connectActions, type StandaloneActionClient } from "@seabird-chat/sdk";
import { Refused } from "@seabird-chat/sdk/backend";
import { startCore, type TestCore } from "../support/core.ts";
import { startCli } from "../support/run-cli.ts";
import { startTestBackend, type TestBackend } from "../support/test-backend.ts";
import { until } from "../support/until.ts";

const ROOM = "camp://net/room";
/** Of the send "so?", which its sender gives up. */
const cancel = new AbortController();
const answered = Promise.withResolvers<undefined>();

const IN_ROOM = { kind: "channel", id: "room" } as const;
const ANN = { id: "ann", displayName: "Ann" };

let core: TestCore;
let backend: TestBackend;
let worker: StandaloneActionClient;
let token: string;

before(async () => {
  core = await startCore();
  token = await core.token(["plugin"], "operator");
  const client = { url: core.url, token: await core.token(undefined, "worker") };
  backend = await startTestBackend(
    { ...client, type: "camp", capabilities: { messageIds: "full" } },
    {
      send: (_to, { text }) => {
        if (text === "no") throw new Refused("not here");
        if (text === "so?") {
          cancel.abort();
          return answered.promise;
        }
        return { ids: [`of-${text}`] };
      },
      edit: () => undefined,
      delete: () => undefined,
      react: () => undefined,
    },
  );
  backend.channels.joined({ id: "room", displayName: "Room" });
  worker = connectActions(client);
  await backend.ready();
});

after(async () => {
  answered.resolve(undefined);
  await Promise.all([backend.close(), worker.close()]);
  await core.close();
});

/** Resolves when core has its stream. */
async function startTail(t: TestContext, ...args: string[]) {
  const before = core.core.broker.stats().eventStreams;
  const running = startCli(["tail", ...args], {
    ...{ cwd: tmpdir(), env: { SEABIRD_HOST: core.url, SEABIRD_TOKEN: token } },
  });
  t.after(() => running.child.kill("SIGKILL"));
  await until("the tail", () => core.core.broker.stats().eventStreams > before, 60_000);
  return {
    ...running,
    lines: () => running.out().split("\n").slice(0, -1),
    async end() {
      running.child.kill("SIGINT");
      assert.equal((await once(running.child, "close"))[0], 0, running.err());
    },
  };
}

type Act = () => unknown;

/** What happens, and the lines that `tail --ids` shows of it, without clock and place. */
const SHOWN: readonly (readonly [act: Act, lines: readonly string[]])[] = [
  [
    () =>
      backend.emit.message({
        channel: "room",
        user: ANN,
        text: "is anybody\x1b[31m here",
        id: "1",
      }),
    ["[1] <Ann> is anybody␛[31m here"],
  ],
  [
    () =>
      backend.emit.message({
        ...{ channel: "room", user: "bob", text: "yes", id: "2" },
        replyTo: { messageId: "1", author: ANN, text: `is anybody here ${"x".repeat(60)}` },
      }),
    ["[2] <bob> ↩ Ann “is anybody here xxxxxxxxxxxxxxxxxxxxxxx…” yes"],
  ],
  [
    () =>
      backend.emit.message({
        ...{ channel: "room", user: "bob", text: "!grab it", id: "2g" },
        replyTo: { messageId: "1", author: ANN, text: "is" },
      }),
    ["[2g] <bob> ↩ Ann “is” !grab it"],
  ],
  [
    () => backend.emit.edited({ conversation: IN_ROOM, user: "bob", id: "2", text: "no" }),
    ["[2] <bob> (edited) no"],
  ],
  [
    () => backend.emit.reaction({ conversation: IN_ROOM, user: ANN, messageId: "2", emoji: "👍" }),
    ["[2] Ann reacts 👍 to “no”"],
  ],
  [
    () =>
      backend.emit.reaction({
        ...{ conversation: IN_ROOM, user: ANN, messageId: "unseen", emoji: "👍", removed: true },
      }),
    ["[unseen] Ann takes back 👍 from a message"],
  ],
  [
    () => backend.emit.reaction({ conversation: IN_ROOM, messageId: "2", removed: true }),
    ["[2] all reactions removed from “no”"],
  ],
  [
    () => backend.emit.deleted({ conversation: IN_ROOM, ids: ["2", "3"], by: ANN, reason: "spam" }),
    ["[2 3] deleted by Ann: “no” (spam)"],
  ],
  [
    () => backend.emit.deleted({ conversation: IN_ROOM, ids: ["4", "5"] }),
    ["[4 5] deleted: 2 messages"],
  ],
  [() => backend.members.joined({ channel: "room", user: ANN }), ["Ann has joined"]],
  [
    () => backend.members.left({ channel: "room", user: ANN, reason: "bye" }),
    ["Ann has left (bye)"],
  ],
  [
    () => backend.members.removed({ channel: "room", user: ANN, by: "bob" }),
    ["Ann was removed by bob"],
  ],
  [() => backend.members.changed({ before: ANN, user: "anna" }), ["Ann is now anna"]],
  [
    () => backend.members.changed({ before: ANN, user: { ...ANN, account: "ann@camp" } }),
    ["Ann has the account ann@camp"],
  ],
  [() => backend.channels.joined({ id: "new" }), ["the bot has joined"]],
  [
    () => backend.channels.changed({ id: "new", topic: "news" }),
    ["the channel has changed, topic: news"],
  ],
  [() => backend.channels.left("new"), ["the bot has left"]],
  [() => backend.network.away("timed out"), ["the network is lost (timed out)"]],
  [() => backend.network.back(), ["the network is back"]],
  [() => worker.sendMessage(ROOM, "hi"), ["→ <worker> hi", "[of-hi] ✓ <worker> “hi”"]],
  [
    () => worker.sendMessage(ROOM, "no").catch(() => undefined),
    ["→ <worker> no", "✗ <worker> “no” not sent: its network or backend refused it (UNKNOWN)"],
  ],
  [
    () => worker.sendMessage("camp://absent/room", "gone").catch(() => undefined),
    ["→ <worker> gone", "✗ <worker> “gone” not sent: its backend is not connected (NOT_FOUND)"],
  ],
  [
    () => worker.sendMessage(ROOM, "so?", { signal: cancel.signal }).catch(() => undefined),
    [
      "→ <worker> so?",
      "? <worker> “so?” perhaps not sent: its sender did not wait for the answer (CANCELLED)",
    ],
  ],
  [
    () =>
      worker.sendMessage(ROOM, "re", {
        replyTo: { id: "1", author: { ...ANN, id: "camp://net/ann" }, text: "is" },
      }),
    ["→ <worker> ↩ Ann “is” re", /^\[of-.*\] ✓ <worker> “re” without reply$/.source],
  ],
  [() => worker.react({ channelId: ROOM }, "of-hi", "👀"), ["[of-hi] → worker reacts 👀 to “hi”"]],
  [
    () => worker.editMessage({ channelId: ROOM }, "of-hi", "ho"),
    ["[of-hi] <→ worker> (edited) ho"],
  ],
  [
    () => worker.deleteMessages({ channelId: ROOM }, "of-hi"),
    ["[of-hi] deleted by → worker: “ho”"],
  ],
  [
    () => worker.performAction(ROOM, "waves"),
    ["→ * worker waves", "[of-waves] ✓ <worker> “waves”"],
  ],
];

test("tail --ids shows each kind as one line, and typing only when asked", async (t) => {
  const tail = await startTail(t, "--ids");
  const typing = await startTail(t, "--kind", "typing");
  let shown = 0;
  for (const [act, lines] of SHOWN) {
    backend.emit.typing({ conversation: IN_ROOM, user: ANN });
    await act();
    await until(lines.join(), () => tail.lines().length >= shown + lines.length);
    const said = tail.lines().slice(shown, shown + lines.length);
    for (const [index, expected] of lines.entries()) {
      const line = (said[index] ?? "").replace(
        /^\d\d:\d\d:\d\d camp(:\/\/net|\/(net|absent) \w+) /,
        "",
      );
      if (expected.startsWith("^")) assert.match(line, new RegExp(expected));
      else assert.equal(line, expected);
    }
    shown += lines.length;
  }
  assert.equal(tail.lines().length, shown);
  await until("typing", () => typing.lines().length === SHOWN.length);
  assert.match(typing.out(), /^(.* camp\/net room Ann is typing\n)+$/);
  await Promise.all([tail.end(), typing.end()]);
});

test("tail --no-refused leaves out what was refused, and shows the rest once it is sent", async (t) => {
  const tail = await startTail(t, "--no-refused", "--ids", "--kind", "sendMessage,message");
  await worker.sendMessage(ROOM, "no").catch(() => undefined);
  await worker.sendMessage(ROOM, "hi");
  backend.emit.message({ channel: "room", user: ANN, text: "end" });
  await until("the last", () => tail.out().includes("end"));
  const said = tail.lines().map((line) => line.replace(/^\S+ camp\/net room /, ""));
  assert.deepEqual(said, ["[of-hi] → <worker> hi", "<Ann> end"]);
  await tail.end();
});

test("tail --json has the ids, the sender of a result, and the event as it is", async (t) => {
  const tail = await startTail(t, "--json", "--channel", "room", "--count", "3");
  backend.emit.edited({ conversation: IN_ROOM, user: ANN, id: "9", text: "x" });
  await worker.sendMessage(ROOM, "hi");
  assert.equal((await once(tail.child, "close"))[0], 0, tail.err());
  const lines = tail.lines().map((line) => JSON.parse(line));
  assert.partialDeepStrictEqual(lines, [
    {
      ...{ kind: "messageEdited", place: ROOM, sender: "Ann", ids: ["9"], text: "x" },
      event: { messageEdited: { conversation: { channelId: ROOM }, info: { id: "9" } } },
    },
    { kind: "sendMessage", sender: "worker", ids: [], text: "hi" },
    { kind: "sendResult", place: ROOM, sender: "worker", ids: ["of-hi"], text: "" },
  ]);
  assert.equal(lines[1].event.meta.sequence, lines[2].event.sendResult.sequence);
});

test("of an older core tail shows the original kinds, and says which are missing", async (t) => {
  const ended = Promise.withResolvers<void>();
  const source = { channelId: ROOM, user: { id: "camp://net/ann", displayName: "Ann" } };
  const handler = connectNodeAdapter({
    routes: (router) => {
      router.service(Seabird, {
        async *streamEvents() {
          yield { inner: { case: "message" as const, value: { source, text: "hello" } } };
          await ended.promise;
        },
      });
    },
  });
  const server = createServer(handler).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const [args, missing] of [
    [[], "member, messageDeleted, messageEdited, reaction, "],
    [["--kind", "message,reaction"], "reaction\n"],
  ] as const) {
    const tail = startCli(["tail", ...args, "--count", "1", "--url", url], {
      ...{ cwd: tmpdir(), env: { SEABIRD_TOKEN: token } },
    });
    assert.equal((await once(tail.child, "close"))[0], 0, tail.err());
    assert.match(tail.out(), /^\S+ camp\/net room <Ann> hello\n$/);
    assert.ok(tail.err().includes(`is older and does not send`), tail.err());
    assert.ok(tail.err().includes(missing), tail.err());
  }
  ended.resolve();
});

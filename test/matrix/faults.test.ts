/** What a homeserver does that Synapse does not: limits, broken answers, silence. */
import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { backendbed } from "@seabird-chat/testkit";
import { matrixBackend } from "../../backends/matrix/src/backend.ts";
import {
  ALIAS,
  ANN,
  type Answer,
  type Script,
  ScriptedServer,
  TOKEN,
} from "../../backends/matrix/test/scripted-server.ts";
import { until } from "../support/until.ts";

const SEND = /^PUT v3\/rooms\/.*\/send\//;
const isSend: (request: Parameters<Script>[0]) => boolean = ({ method, path }) =>
  SEND.test(`${method} ${path}`);

async function setUp(t: TestContext, script?: Script) {
  const server = await ScriptedServer.listen();
  t.after(() => server.close());
  if (script !== undefined) server.script = script;
  const bed = await backendbed({
    backend: matrixBackend,
    config: { homeserver: server.url, access_token: TOKEN, channels: [ALIAS] },
  });
  t.after(() => bed.close());
  await bed.until("the channel", async () => (await bed.channels()).some(({ id }) => id === ALIAS));
  /** Time goes on, a step at a time, until the condition holds. */
  const pass = async (what: string, condition: () => boolean | Promise<boolean>) => {
    await until(what, async () => {
      if (await condition()) return true;
      bed.clock.pass(100);
      return false;
    });
  };
  return { server, bed, pass };
}

/** Gives these answers to sends, one after the other, then none of its own. */
function answersToSends(...answers: (Answer | "never" | "endless")[]): Script {
  return (request) => (isSend(request) ? answers.shift() : undefined);
}

const limited = (ms?: number): Answer => ({
  status: 429,
  json: { errcode: "M_LIMIT_EXCEEDED", error: "Too Many Requests", retry_after_ms: ms },
});

const HTML: Answer = {
  status: 502,
  headers: { "content-type": "text/html" },
  text: "<html><body>Bad gateway</body></html>",
};

suite("a send", () => {
  const repeated: Readonly<Record<string, Answer>> = {
    "that is limited": limited(2_000),
    "that is limited without a time": limited(),
    "that is limited by a header": { ...limited(), headers: { "retry-after": "1" }, json: {} },
    "that a proxy answers": HTML,
    "whose answer breaks off": { isCut: true, json: { event_id: "$lost" } },
    "whose answer is no JSON": { text: "not at all" },
  };
  for (const [which, answer] of Object.entries(repeated)) {
    test(`${which} is repeated as the same transaction`, async (t) => {
      const { server, bed, pass } = await setUp(t);
      server.script = answersToSends(answer);
      let sent: readonly string[] = [];
      const sending = bed.send(ALIAS, "hello").then(({ ids }) => {
        sent = ids;
      });
      await pass("the send", () => sent.length > 0);
      await sending;
      const [first, second, ...more] = server.requests.filter(isSend);
      assert.equal(more.length, 0);
      assert.equal(second?.path, first?.path);
      assert.deepEqual(second?.body, first?.body);
    });
  }

  const refused: Readonly<Record<string, readonly [Answer | "never" | "endless", RegExp]>> = {
    "limited for longer than it has": [limited(3_600_000), /limit|Too Many/i],
    "limited for a time that is no time": [limited(Number.MAX_VALUE), /limit|Too Many/i],
    forbidden: [
      { status: 403, json: { errcode: "M_FORBIDDEN", error: "You may not\r\nwrite here" } },
      /You may not/,
    ],
    "too large": [
      { status: 413, json: { errcode: "M_TOO_LARGE", error: "event too large" } },
      /too large/,
    ],
    "answered with a text without words": [{ status: 400, text: "\0\0" }, /400/],
    "answered with an error of other types": [
      { status: 400, json: { errcode: { a: 1 }, error: ["x"] } },
      /400/,
    ],
    redirected: [{ status: 307, headers: { location: "http://127.0.0.1:1/x" } }, /[a-z]{2,} /],
    "answered without an id": [{ json: {} }, /lacks event_id; it may or may not have been done/],
    "answered with an id of another type": [
      { json: { event_id: 17 } },
      /lacks event_id; it may or may not have been done/,
    ],
    "not answered at all": ["never", /does not answer in time; it may or may not have been done/],
    "answered without end": ["endless", /[a-z]{2,} /],
  };
  for (const [which, [answer, words]] of Object.entries(refused)) {
    test(`that is ${which} fails in words, in time, and is not done later`, async (t) => {
      const { server, bed, pass } = await setUp(t);
      server.script = (request) => (isSend(request) ? answer : undefined);
      let failure: { readonly message: string } | undefined;
      const sending = bed.send(ALIAS, "hello").catch((reason) => {
        failure = reason;
      });
      const beganMs = bed.clock.now();
      await pass("the failure", () => failure !== undefined);
      await sending;
      assert.match(failure?.message ?? "", words);
      assert.ok(!failure?.message.includes(TOKEN) && !/[\r\n\0]/.test(failure?.message ?? ""));
      assert.ok(bed.clock.now() - beganMs <= 11_000, `${bed.clock.now() - beganMs} ms`);
      const tried = server.requests.filter(isSend).length;
      server.script = () => undefined;
      bed.clock.pass(60_000);
      await bed.send(ALIAS, "the next one");
      assert.equal(server.requests.filter(isSend).length, tried + 1);
    });
  }

  test("that was asked for once may have been done, whatever the attempts behind it met", async (t) => {
    const { server, bed, pass } = await setUp(t);
    server.script = answersToSends({ isCut: true, json: { event_id: "$lost" } });
    let failure: { readonly message: string } | undefined;
    const sending = bed.send(ALIAS, "hello").catch((reason) => {
      failure = reason;
    });
    await server.hears(SEND);
    await server.close();
    await pass("the failure", () => failure !== undefined);
    await sending;
    assert.match(failure?.message ?? "", /it may or may not have been done$/);
  });

  test("to a server that cannot be reached says that it is not connected", async (t) => {
    const { server, bed, pass } = await setUp(t);
    await server.close();
    let failure: { readonly message: string } | undefined;
    const sending = bed.send(ALIAS, "hello").catch((reason) => {
      failure = reason;
    });
    await pass("the failure", () => failure !== undefined);
    await sending;
    assert.match(failure?.message ?? "", /^not connected: cannot reach .* nothing listens there/);
  });

  test("whose turn comes too late is not begun, and says so", async (t) => {
    const { server, bed, pass } = await setUp(t);
    server.script = answersToSends("never");
    const failures: string[] = [];
    const sending = ["one", "two"].map((text) =>
      bed.send(ALIAS, text).catch((reason: Error) => failures.push(reason.message)),
    );
    await pass("the failures", () => failures.length === 2);
    await Promise.all(sending);
    assert.match(failures[0] ?? "", /may or may not have been done/);
    assert.match(failures[1] ?? "", /^not sent: /);
    assert.equal(server.requests.filter(isSend).length, 1);
  });

  test("that is limited holds no other conversation", async (t) => {
    const { server, bed, pass } = await setUp(t);
    server.script = (request) =>
      isSend(request) && request.path.includes("!lobby") ? limited(5_000) : undefined;
    const waiting = bed.send(ALIAS, "hello").catch(() => undefined);
    await server.hears(SEND);
    let isSent = false;
    const other = bed.sendPrivately(ANN, "psst").then(() => {
      isSent = true;
    });
    await until("the private message", () => isSent);
    await other;
    server.script = () => undefined;
    let isDone = false;
    void waiting.then(() => {
      isDone = true;
    });
    await pass("the limited one", () => isDone);
  });
});

suite("a sync", () => {
  const broken: Readonly<Record<string, Answer | "endless">> = {
    "that a proxy answers": HTML,
    "that breaks off": { isCut: true, json: { next_batch: "s99", rooms: {} } },
    "that is no JSON": { text: "<!doctype html>" },
    "that is a list": { json: [] },
    "that is null": { json: null },
    "without a position": { json: { rooms: {} } },
    "with a position of another type": { json: { next_batch: {} } },
    "that is limited": limited(1_000),
    "without end": "endless",
  };
  for (const [which, answer] of Object.entries(broken)) {
    test(`${which} loses the network, and the next good one brings it back`, async (t) => {
      const { server, bed, pass } = await setUp(t);
      let isBroken = true;
      server.script = ({ path }) => (path === "v3/sync" && isBroken ? answer : undefined);
      // The one that waits is answered as every server would.
      server.tells({});
      const network = async () => (await bed.metadata())["network"] ?? "";
      const isAway = async () => /^away since \S+: ./.test(await network());
      // A limit is the server's word that it is there.
      if (which !== "that is limited") await pass("the loss", isAway);
      assert.ok(!(await network()).includes(TOKEN));
      isBroken = false;
      await pass("the return", async () => (await network()) === "connected");
      server.says(server.event({ msgtype: "m.text", body: "after it" }));
      await pass("the message", () => bed.events.some(({ text }) => text === "after it"));
    });
  }

  test("that is never answered loses the network after its time", async (t) => {
    const { server, bed, pass } = await setUp(t);
    server.script = ({ path }) => (path === "v3/sync" ? "never" : undefined);
    server.tells({});
    const isAway = async () => /^away/.test((await bed.metadata())["network"] ?? "");
    await pass("the loss", isAway);
    server.script = () => undefined;
    await pass("the return", async () => !(await isAway()));
  });

  test("with nonsense in it reports what makes sense", async (t) => {
    const { server, bed } = await setUp(t);
    const nonsense: readonly unknown[] = [null, 17, "text", true, [], {}, [[]], { a: {} }];
    for (const value of nonsense) {
      server.tells({ rooms: value });
      server.tells({ rooms: { join: value, invite: value, leave: value, knock: value } });
      server.tells({ rooms: { join: { "!x:y": value }, invite: { "!x:y": value } } });
      server.tells({ account_data: value, presence: value, to_device: value });
      server.tells({ account_data: { events: [{ type: "m.direct", content: value }] } });
      server.says(value, server.event(value), server.event({ body: value, msgtype: value }));
      server.says(server.event({ msgtype: "m.text", body: "x", "m.relates_to": value }));
      server.says(server.event({ "m.relates_to": value }, "m.reaction"));
      server.says(server.event({ redacts: value }, "m.room.redaction"));
      server.says({ ...server.event({ msgtype: "m.text", body: "x" }), sender: value });
      server.says({ ...server.event({ msgtype: "m.text", body: "x" }), event_id: value });
      server.says({ ...server.event({ msgtype: "m.text", body: "x" }), origin_server_ts: value });
      server.says({ ...server.event(value, "m.room.member"), state_key: ANN });
      server.says(server.event({}, value));
    }
    server.says(server.event({ msgtype: "m.text", body: "the last one" }));
    await bed.until("the last message", () =>
      bed.events.some(({ text }) => text === "the last one"),
    );
  });
});

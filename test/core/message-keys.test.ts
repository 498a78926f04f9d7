/** Sends with idempotency keys over all three wires: repeated, refused, and late. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  ALL_FEATURES,
  type EventTail,
  type MessageWorld,
  openMessageWorld,
  type SendInit,
  WIRE_NAMES,
} from "../support/message-world.ts";
import type { RawBackend, Responder } from "../support/raw-backend.ts";
import type { WireCallOptions } from "../support/wires.ts";

const STATUS = {
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  RESOURCE_EXHAUSTED: 8,
  ABORTED: 10,
} as const;
const success: Responder = () => ({ case: "success", value: {} });
const request = (key: string, text = "hi"): SendInit => ({
  channelId: "irc://able/%23c",
  text,
  options: { idempotencyKey: key },
});

for (const name of WIRE_NAMES) {
  describe(`keys of sends over ${name}`, () => {
    let world: MessageWorld;
    let able: RawBackend;
    let tail: EventTail;
    let plugin: WireCallOptions;

    before(async () => {
      world = await openMessageWorld(name, {
        brokerOptions: { maxIdempotencyKeys: 4, actionTimeoutMs: 2_000 },
      });
      plugin = await world.caller(["plugin"]);
      able = await world.backend("able", { features: ALL_FEATURES });
      tail = await world.watch();
      await tail.take();
    });

    after(() => world.close());

    const send: MessageWorld["send"] = (...given) => world.send(...given);

    test("a key: once, whoever repeats it; another request is refused; failures free it", async () => {
      const caller = await world.caller(["plugin"], "keyed");
      const keyed = (text: string) => send(request("k", text), caller);
      const asked = able.requests.length;
      able.respond = () => ({ case: "failed", value: { reason: "no" } });
      assert.equal((await keyed("once")).status, STATUS.UNKNOWN);
      able.respond = () => ({ case: "success", value: { result: { messageIds: ["1"] } } });
      const first = await keyed("once");
      const again = await keyed("once");
      assert.equal(first.status, 0);
      assert.deepEqual(again.result, first.result);
      assert.equal((await keyed("other")).status, STATUS.INVALID_ARGUMENT);
      assert.equal(able.requests.length - asked, 2);
      const kinds = (await tail.take()).map(({ inner }) => inner.case);
      assert.deepEqual(kinds, ["sendMessage", "sendResult", "sendMessage", "sendResult"]);
    });

    test("a key whose outcome is open: ABORTED, until a late answer settles it", async () => {
      const caller = await world.caller(["plugin"], "late");
      able.respond = () => undefined;
      const first = await send(request("k"), { ...caller, timeout: 200 });
      assert.equal(first.status, STATUS.DEADLINE_EXCEEDED);
      const open = await send(request("k"), { ...caller, timeout: 200 });
      assert.deepEqual([open.status, open.message], [STATUS.ABORTED, "outcome unknown"]);
      const waiting = send(request("k"), caller);
      const requestId = able.requests.at(-1)?.id ?? "";
      const value = { result: { messageIds: ["late"] } };
      able.send({ id: requestId, inner: { case: "success", value } });
      assert.deepEqual((await waiting).result?.messageIds, ["late"]);
      const events = await tail.take();
      assert.deepEqual(
        events.map(({ inner }) => inner.case),
        ["sendMessage", "sendResult"],
      );
      const result = events[1]?.inner;
      assert.ok(result?.case === "sendResult");
      assert.equal(result.value.error, "DEADLINE_EXCEEDED");
    });

    test("too many keys that are open", async () => {
      const caller = await world.caller(["plugin"], "many");
      const quick = { ...caller, timeout: 100 };
      able.respond = () => undefined;
      await Promise.all(["a", "b", "c", "d"].map((key) => send(request(key), quick)));
      const end = await send(request("e"), quick);
      const expected = [STATUS.RESOURCE_EXHAUSTED, "too many idempotency keys"];
      assert.deepEqual([end.status, end.message], expected);
      able.respond = success;
      assert.equal((await send(request("e"), plugin)).status, 0, "keys belong to a token's name");
      await tail.take();
    });
  });
}

/** Calls that are meant for one run of core only, over all three wires. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { create } from "@bufbuild/protobuf";
import {
  ChatEventSchema,
  ChatIngest,
  Messages,
  Seabird,
  StreamEventsRequestSchema,
} from "@seabird-chat/protocol";
import { startCore } from "../support/core.ts";
import {
  type EventTail,
  type MessageWorld,
  openMessageWorld,
  WIRE_NAMES,
} from "../support/message-world.ts";
import type { RawBackend } from "../support/raw-backend.ts";
import type { Wire, WireCallOptions, WireEnd } from "../support/wires.ts";

const FAILED_PRECONDITION = 9;
const rpc = Seabird.method;

type Call = (wire: Wire, options: WireCallOptions) => Promise<WireEnd>;

/** Each ends with OK where nothing is wrong with its headers. */
const CALLS: Record<string, Call> = {
  "a send": (wire, options) => {
    const request = { channelId: "irc://net/c", text: "hi", options: { idempotencyKey: "k" } };
    return wire.unary(rpc.sendMessage, request, options);
  },
  "a deletion": (wire, options) => {
    const conversation = { where: { case: "channelId", value: "irc://net/c" } } as const;
    const request = { conversation, messageIds: ["1"] };
    return wire.unary(Messages.method.deleteMessages, request, options);
  },
  "a question": (wire, options) => wire.unary(rpc.getCoreInfo, {}, options),
  "a backend": (wire, options) => {
    const stream = wire.stream(ChatIngest.method.ingestEvents, options);
    const value = { backendInfo: { type: "irc", id: "other" } };
    stream.send(create(ChatEventSchema, { inner: { case: "hello", value } }));
    stream.halfClose();
    return stream.end();
  },
};

for (const name of WIRE_NAMES) {
  describe(`seabird-instance over ${name}`, () => {
    let world: MessageWorld;
    let backend: RawBackend;
    let tail: EventTail;
    let own: string;
    let caller: WireCallOptions;

    before(async () => {
      world = await openMessageWorld(name);
      backend = await world.backend("net", { features: { delete: 2 } });
      own = String(backend.call.headers["seabird-instance"]);
      caller = await world.caller(["plugin", "backend:*/*"]);
      tail = await world.watch();
      await tail.take();
    });

    after(() => world.close());

    const refusal = (instance: string) =>
      `seabird-instance "${instance}" is another run of core, this one is "${own}": ` +
      "leave the header out to call any";

    for (const [what, call] of Object.entries(CALLS)) {
      test(`${what} for another run is refused, and nothing is done`, async () => {
        const others = ["other", own.toUpperCase(), `${own}, ${own}`, "x".repeat(5_000), ""];
        for (const instance of others) {
          const end = await call(world.wire, { ...caller, instance });
          assert.equal(end.status, FAILED_PRECONDITION, end.message);
          assert.equal(end.message, refusal(instance.slice(0, 64)));
        }
        assert.deepEqual([await tail.take(), backend.requests], [[], []]);
      });
    }

    test("a stream for another run is refused", async () => {
      const stream = world.wire.stream(rpc.streamEvents, { ...caller, instance: "other" });
      stream.send(create(StreamEventsRequestSchema, {}));
      stream.halfClose();
      const end = await stream.end();
      assert.deepEqual([end.status, end.message], [FAILED_PRECONDITION, refusal("other")]);
    });

    test("who has no token learns that first", async () => {
      const { authorization: _, ...anonymous } = caller;
      const unknown = await world.wire.unary(rpc.getCoreInfo, {}, { ...anonymous, instance: "x" });
      assert.equal(unknown.message, "missing authorization header");
    });

    test("calls for this run, or for any, are done", async () => {
      for (const [what, call] of Object.entries(CALLS)) {
        for (const options of [caller, { ...caller, instance: own }]) {
          const end = await call(world.wire, options);
          assert.deepEqual([end.status, end.message], [0, ""], what);
        }
      }
      const sends = backend.requests.filter(({ inner }) => inner.case === "sendMessage");
      assert.equal(sends.length, 1, "the repetition of a send is recognised");
    });
  });
}

test("browsers may send the header", async (t) => {
  const core = await startCore({ corsOrigins: ["https://chat.example"] }, t);
  const response = await fetch(`${core.url}/seabird.Seabird/SendMessage`, {
    method: "OPTIONS",
    headers: { origin: "https://chat.example", "access-control-request-method": "POST" },
  });
  const allowed = (response.headers.get("access-control-allow-headers") ?? "").split(", ");
  assert.ok(allowed.includes("seabird-instance"));
});

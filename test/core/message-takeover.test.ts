/** A backend whose connection died is replaced while calls wait for it, over all three wires. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  BackendChange,
  ChannelChange,
  channelConversation,
  type Event,
  FEATURES,
  Messages,
  Seabird,
  type SendMessageResponse,
  Support,
} from "@seabird-chat/protocol";
import { openProxy } from "../support/freezable-proxy.ts";
import { RawClient } from "../support/grpc-client.ts";
import { openMessageWorld, WIRE_NAMES } from "../support/message-world.ts";
import { RawBackend } from "../support/raw-backend.ts";
import { until } from "../support/until.ts";

const UNAVAILABLE = 14;
const ABORTED = 10;
const channelId = "irc://net/%23c";
const conversation = channelConversation(channelId);
const features = Object.fromEntries(FEATURES.map((feature) => [feature, Support.FULL]));

/** What an event of this test says. */
function word({ inner: { case: kind, value } }: Event): string {
  if (kind === "backend") {
    return `${BackendChange[value.change]} ${value.backend?.id} ${value.reason}`.trim();
  }
  if (kind === "channel") return `${ChannelChange[value.change]} ${value.channel?.id}`;
  if (kind === "sendResult") return `result ${value.error}`.trim();
  assert.ok(kind === "sendMessage");
  return `send ${value.text}`;
}

for (const name of WIRE_NAMES) {
  describe(`a dead backend is replaced, over ${name}`, () => {
    test("what waits for it ends, a keyed send has no known outcome, and the next call asks the new one", async (t) => {
      const world = await openMessageWorld(name, { brokerOptions: { backendPingTimeoutMs: 100 } });
      t.after(() => world.close());
      const proxy = await openProxy(world.core.port);
      t.after(() => proxy.close());
      const tail = await world.watch();
      const token = await world.core.token();
      const dead = new RawBackend(new RawClient(proxy.url, { token }));
      t.after(() => dead.close());
      dead.respond = () => undefined;
      const backendInfo = { type: "irc", id: "net" };
      const value = { backendInfo, capabilities: { features } };
      dead.send({ inner: { case: "hello", value } }).join("#c");
      await until("the channel", () => world.core.core.broker.stats().channels === 1);

      const plugin = await world.caller(["plugin"]);
      const { wire } = world;
      const send = (text: string, idempotencyKey = "") =>
        wire.unary(
          Seabird.method.sendMessage,
          { channelId, text, options: { idempotencyKey } } as never,
          plugin,
        );
      const waiting: ReturnType<typeof send>[] = [];
      const begin = async (call: ReturnType<typeof send>) => {
        waiting.push(call);
        await until("the request", () => dead.requests.length === waiting.length);
      };
      await begin(send("plain"));
      await begin(send("keyed", "key"));
      const edit = { conversation, messageIds: ["1"], text: "x" };
      await begin(wire.unary(Messages.method.editMessage, edit, plugin));
      await begin(wire.unary(Messages.method.listMembers, { channelId }, plugin));

      proxy.freeze();
      const heir = await world.backend("net", { features });
      heir.respond = () => ({ case: "success", value: { result: { messageIds: ["2"] } } });
      for (const { status, message } of await Promise.all(waiting)) {
        assert.deepEqual([status, message], [UNAVAILABLE, "backend disconnected"]);
      }
      const { status, message } = await send("keyed", "key");
      assert.deepEqual([status, message], [ABORTED, "outcome unknown"]);
      const { response } = await send("again");
      const { result } = response as SendMessageResponse;
      assert.deepEqual(result?.messageIds, ["2"]);
      assert.deepEqual(
        heir.requests.map(({ inner }) => inner.case),
        ["sendMessage"],
      );
      const seen = (await tail.take()).map(word);
      assert.deepEqual(seen, [
        "CONNECTED irc://net",
        `JOINED ${channelId}`,
        "send plain",
        "send keyed",
        "result UNAVAILABLE",
        "result UNAVAILABLE",
        "DISCONNECTED irc://net replaced by a new connection",
        "CONNECTED irc://net",
        "send again",
        "result",
      ]);
    });
  });
}

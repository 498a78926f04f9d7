/** What a send becomes for backends that lack features, over all three wires. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  attachment,
  type Block,
  type ChatRequest,
  channelConversation,
  emoji,
  list,
  mention,
  Seabird,
  Support,
} from "@seabird-chat/protocol";
import {
  type EventTail,
  type MessageWorld,
  openMessageWorld,
  replyTo,
  type SendInit,
  WIRE_NAMES,
} from "../support/message-world.ts";
import type { RawBackend } from "../support/raw-backend.ts";
import { until } from "../support/until.ts";
import type { WireCallOptions } from "../support/wires.ts";

const rpc = Seabird.method;

/** What a backend is given to say by a send with these options to one that declared `features`. */
interface Degraded {
  readonly features?: readonly string[];
  readonly send: SendInit;
  readonly text: string;
  readonly degraded: readonly string[];
}

const block = (rootBlock: Block): SendInit => ({ rootBlock });
const DEGRADED: Record<string, Degraded> = {
  "a reply": { send: { options: { replyTo } }, text: "> Bea B: so ?\nhi", degraded: ["reply"] },
  "a reply without author": {
    send: { options: { replyTo: { messageId: "1", text: "so?" } } },
    text: "> so?\nhi",
    degraded: ["reply"],
  },
  "a reply without text": {
    send: { options: { replyTo: { messageId: "1", author: { displayName: "Bea" } } } },
    text: "> Bea\nhi",
    degraded: ["reply"],
  },
  "a reply with neither": {
    send: { options: { replyTo: { messageId: "1" } } },
    text: "hi",
    degraded: ["reply"],
  },
  "a reply to another conversation": {
    send: {
      options: {
        replyTo: { messageId: "1", text: "so?", conversation: channelConversation("irc://able/d") },
      },
    },
    text: "> so?\nhi",
    degraded: ["reply"],
  },
  "a thread": {
    features: ["reply"],
    send: { options: { replyTo, startThread: true } },
    text: "hi",
    degraded: ["thread"],
  },
  "a persona": {
    send: { options: { persona: { displayName: "Bob" } } },
    text: "<B\u200bob> hi",
    degraded: ["persona"],
  },
  "a persona of one code point, and a reply": {
    send: { options: { persona: { displayName: "🐦" }, replyTo } },
    text: "> Bea B: so ?\n<🐦> hi",
    degraded: ["reply", "persona"],
  },
  "a file": {
    send: block(attachment({ name: "cat", url: "https://x.y/c" })),
    text: "cat: https://x.y/c",
    degraded: ["attachment"],
  },
  "a mention": {
    send: block(mention({ userId: "irc://partial/ann" }, "@ann")),
    text: "@ann",
    degraded: ["mention"],
  },
  "a mention of another backend's, which is no degradation": {
    features: ["mention"],
    send: block(mention({ userId: "irc://other/ann" }, "@ann")),
    text: "@ann",
    degraded: [],
  },
  "an emoji": { send: block(emoji(":x:")), text: ":x:", degraded: ["emoji"] },
  "an ordered list": {
    send: block(list(["a", "b"], { ordered: true })),
    text: "1. a, 2. b",
    degraded: [],
  },
};

for (const name of WIRE_NAMES) {
  describe(`sends to backends that lack features over ${name}`, () => {
    let world: MessageWorld;
    let partial: RawBackend;
    let tail: EventTail;
    let plugin: WireCallOptions;

    before(async () => {
      world = await openMessageWorld(name);
      plugin = await world.caller(["plugin", "persona"]);
      partial = await world.backend("partial");
      tail = await world.watch();
      await tail.take();
    });

    after(() => world.close());

    const declare = async (features: readonly string[]) => {
      const value = {
        features: Object.fromEntries(features.map((feature) => [feature, Support.FULL])),
      };
      const received = () => {
        const { backends } = world.core.core.broker.status();
        return backends.find((each) => each.id === "irc://partial")?.eventsReceived ?? 0;
      };
      const before = received();
      partial.send({ inner: { case: "capabilities", value } });
      await until("the capabilities", () => received() > before);
    };
    for (const [what, { features = [], send: init, text, degraded }] of Object.entries(DEGRADED)) {
      test(`${what} is degraded for a backend that has not declared it`, async () => {
        await declare(features);
        const request = { channelId: "irc://partial/%23c", text: "hi", ...init };
        const end = await world.send(request, plugin);
        assert.equal(end.status, 0, end.message);
        const { inner } = partial.requests.at(-1) as ChatRequest;
        assert.ok(inner.case === "sendMessage");
        assert.equal(inner.value.text, text);
        assert.deepEqual(end.result?.degraded, degraded);
        const [said] = await tail.take();
        assert.ok(said?.inner.case === "sendMessage");
        assert.deepEqual(
          said.inner.value.options?.replyTo?.messageId,
          init.options?.replyTo?.messageId,
        );
      });
    }

    test("actions get no quote", async () => {
      await declare([]);
      const request = { channelId: "irc://partial/%23c", text: "waves", options: { replyTo } };
      const end = await world.wire.unary(rpc.performAction, request, plugin);
      assert.equal(end.status, 0);
      const inner = partial.requests.at(-1)?.inner;
      assert.ok(inner?.case === "performAction");
      assert.equal(inner.value.text, "waves");
      await tail.take();
    });
  });
}

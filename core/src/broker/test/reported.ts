/** Events of the messages extension as backends report them, and what streams get of them. */
import assert from "node:assert/strict";
import { create, equals } from "@bufbuild/protobuf";
import {
  type ChatEvent,
  type Event,
  EventSchema,
  StreamEventsRequestSchema,
} from "@seabird-chat/protocol";
import type { Caller } from "../caller.ts";
import type { Source } from "../streams/source.ts";
import { type ChatEventInit, eventsIn, TestBroker } from "./fixtures.ts";

export type InnerInit = NonNullable<ChatEventInit["inner"]>;
export type Kind = NonNullable<ChatEvent["inner"]["case"]>;
export type Fields = Record<string, unknown>;

export const NET = "irc://net/";
/** Transcoded, and decoded: an id keeps an event from being transcoded. */
export const WAYS = { transcoded: "", decoded: "7" };

export const inner = (kind: Kind, value: Fields): InnerInit => ({ case: kind, value }) as InnerInit;

/** A stream of all kinds. */
export function streamOfAll(t: TestBroker, caller: Partial<Caller> = {}): Source {
  const request = create(StreamEventsRequestSchema, { options: { kinds: ["*"] } });
  return t.broker.openEvents(request, t.call({ caller }));
}

/** What a stream gets of a backend's event, or why it gets nothing. */
export function sent(init: ChatEventInit): Event | string {
  const t = new TestBroker();
  const backend = t.backend();
  const stream = streamOfAll(t);
  backend.say(init);
  const [event, ...more] = eventsIn(stream);
  assert.deepEqual(more, []);
  const dropped = t.seen.observed.find((each) => each.startsWith("eventDropped:"));
  return event ?? dropped?.split(":")[1] ?? "nothing";
}

export const IN_CHANNEL = { where: { case: "channelId", value: "#c" } };
export const WITH_USER = { where: { case: "userId", value: "ann" } };
export const ANN = { id: "ann", displayName: "Ann" };
export const ABSOLUTE_ANN = { id: `${NET}ann`, displayName: "Ann" };
export const ABSOLUTE_CHANNEL = { where: { case: "channelId", value: `${NET}%23c` } };
export const ABSOLUTE_USER = { where: { case: "userId", value: `${NET}ann` } };
export const THUMB = { text: "👍" };
export const REACTION = { conversation: IN_CHANNEL, messageId: "1", user: ANN, emoji: THUMB };
export const text = (content: string, plain = "") => ({
  plain,
  inner: { case: "text", value: { text: content } },
});
export const plainOf = (content: string) => text(content, content);
export const block = (kind: string, value: Fields, plain = "") => ({
  plain,
  inner: { case: kind, value },
});
/** A message whose only content is a block, and what is published of it. */
export const saying = (root: object, more: Fields = {}): InnerInit =>
  inner("message", { rootBlock: root, ...more });
export const said = (root: Fields): InnerInit => saying(root, { text: root["plain"] });
export const hi = (more: Fields): InnerInit => inner("message", { text: "hi", ...more });
export const published = (more: Fields): InnerInit => hi({ rootBlock: plainOf("hi"), ...more });
export const id = (bytes: number) => "x".repeat(bytes);

/** The event is published as this one, with whatever tags. */
export function assertPublished(from: InnerInit, to: InnerInit, eventId: string): void {
  const event = sent({ inner: from, id: eventId });
  assert.ok(typeof event === "object", `dropped: ${event}`);
  const expected = create(EventSchema, { inner: to, tags: event.tags } as object);
  assert.ok(equals(EventSchema, event, expected), JSON.stringify(event.inner, bigInts));
}

function bigInts(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

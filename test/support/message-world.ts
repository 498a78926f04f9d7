/** A core, one wire to it, and backends on the raw wire, for tests of the messages extension. */
import assert from "node:assert/strict";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type CapabilitiesSchema,
  type Event,
  type EventSchema,
  FEATURES,
  Seabird,
  type SendMessageRequestSchema,
  type SendMessageResponse,
  type SendResult,
  StreamEventsRequestSchema,
  Support,
} from "@seabird-chat/protocol";
import { startCore, type TestCore, type TestCoreOptions } from "./core.ts";
import { RawClient } from "./grpc-client.ts";
import { RawBackend } from "./raw-backend.ts";
import {
  openWires,
  type Wire,
  type WireCallOptions,
  type WireEnd,
  type WireStream,
} from "./wires.ts";

export const WIRE_NAMES = ["grpc", "grpc_web", "connect_json"] as const;

export type EventInner = NonNullable<MessageInitShape<typeof EventSchema>["inner"]>;

export type SendInit = MessageInitShape<typeof SendMessageRequestSchema>;

/** The capabilities of a backend that can do everything, in part. */
export const ALL_FEATURES: Readonly<Record<string, Support>> = Object.fromEntries(
  FEATURES.map((feature) => [feature, Support.PARTIAL]),
);

/** Names a message that a send answers. */
export const replyTo = {
  messageId: "1",
  author: { id: "irc://able/bea", displayName: "Bea\nB" },
  text: "so\r\n?",
};

export interface MessageWorld {
  readonly core: TestCore;
  readonly wire: Wire;
  /** The options of a call with a new token that has these scopes. */
  caller(scopes: readonly string[], name?: string): Promise<WireCallOptions>;
  /** A backend `irc://ID` that declares these capabilities, or none. */
  backend(
    id: string,
    capabilities?: MessageInitShape<typeof CapabilitiesSchema>,
  ): Promise<RawBackend>;
  /** SendMessage, with the result that its answer has. */
  send(
    request: SendInit,
    options: WireCallOptions,
  ): Promise<WireEnd & { readonly result: SendResult | undefined }>;
  /** A stream of all kinds. */
  watch(scopes?: readonly string[]): Promise<EventTail>;
  close(): Promise<void>;
}

export async function openMessageWorld(
  name: Wire["name"],
  options: TestCoreOptions = {},
): Promise<MessageWorld> {
  const core = await startCore(options);
  const wires = openWires(core.url);
  const wire = wires.find((each) => each.name === name);
  assert.ok(wire !== undefined);
  const backends: RawBackend[] = [];
  const caller = async (scopes: readonly string[], who = "tester") => ({
    authorization: `Bearer ${await core.token(scopes, who)}`,
  });
  const backend: MessageWorld["backend"] = async (id, capabilities) => {
    const made = new RawBackend(new RawClient(core.url, { token: await core.token() }));
    backends.push(made);
    const backendInfo = { type: "irc", id };
    const value = { backendInfo, ...(capabilities && { capabilities }) };
    made.send({ inner: { case: "hello", value } });
    await made.call.headersCame();
    return made;
  };
  return {
    core,
    wire,
    caller,
    backend,
    async send(request, options) {
      const end = await wire.unary(Seabird.method.sendMessage, request, options);
      const { result } = (end.response ?? {}) as Partial<SendMessageResponse>;
      return { ...end, result };
    },
    async watch(scopes = ["plugin"]) {
      const marker = await backend(`marker${backends.length}`);
      const stream = wire.stream(Seabird.method.streamEvents, await caller(scopes));
      stream.send(create(StreamEventsRequestSchema, { options: { kinds: ["*"] } }));
      stream.halfClose();
      await stream.opened();
      return new EventTail(stream, marker);
    },
    async close() {
      await Promise.all([...wires, ...backends].map((each) => each.close()));
      await core.close();
    },
  };
}

/** What has come on a stream since the last look. */
export class EventTail {
  readonly #stream: WireStream;
  readonly #marker: RawBackend;
  #seen = 0;
  #marks = 0;

  constructor(stream: WireStream, marker: RawBackend) {
    this.#stream = stream;
    this.#marker = marker;
  }

  /** Everything that core had published when this was called. */
  async take(): Promise<readonly Event[]> {
    this.#marks += 1;
    const mark = `mark ${this.#marks}`;
    this.#marker.say("mark", mark);
    const events: Event[] = [];
    for (;;) {
      const event = (await this.#stream.message(this.#seen)) as Event;
      this.#seen += 1;
      if (event.inner.case === "message" && event.inner.value.text === mark) return events;
      events.push(event);
    }
  }
}

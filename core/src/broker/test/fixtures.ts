/** A broker with what a test needs around it: callers, backends and readers, all in memory. */
import assert from "node:assert/strict";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type CapabilitiesSchema,
  type ChatEvent,
  ChatEventSchema,
  type ChatRequest,
  ChatRequestSchema,
  type Event,
  EventSchema,
  FEATURES,
  StreamEventsRequestSchema,
  Support,
} from "@seabird-chat/protocol";
import { Broker, type IngestSession } from "../broker.ts";
import type { CallContext, Caller } from "../caller.ts";
import { ENVELOPE_BYTES } from "../codec/envelope.ts";
import { BrokerError, type ErrorCode } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { type BrokerObserver, silentObserver } from "../observer.ts";
import type { BrokerOptions } from "../options.ts";
import type { Source } from "../streams/source.ts";
import { ManualClock } from "./manual-clock.ts";

export type ChatEventInit = MessageInitShape<typeof ChatEventSchema>;
export type Inner<K extends ChatEvent["inner"]["case"]> = Extract<ChatEvent["inner"], { case: K }>;

/** Splits a run of envelopes into messages. */
export function messagesIn(run: Uint8Array): Uint8Array[] {
  const messages: Uint8Array[] = [];
  const view = new DataView(run.buffer, run.byteOffset, run.byteLength);
  for (let at = 0; at < run.length; ) {
    assert.equal(view.getUint8(at), 0);
    const end = at + ENVELOPE_BYTES + view.getUint32(at + 1);
    assert.ok(end <= run.length, "whole envelopes only");
    messages.push(run.subarray(at + ENVELOPE_BYTES, end));
    at = end;
  }
  return messages;
}

/** Everything that waits in a source, as messages. */
export function drain(source: Source, maxBytes = 65_536): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (;;) {
    const run = source.take(maxBytes);
    if (run === undefined) return messages;
    messages.push(...messagesIn(run));
  }
}

export function eventsIn(source: Source): Event[] {
  return drain(source).map((message) => fromBinary(EventSchema, message));
}

/** The texts of the messages and sends that wait in a source. */
export function textsIn(source: Source): string[] {
  return eventsIn(source).map(({ inner: { value } }) =>
    value !== undefined && "text" in value ? value.text : "",
  );
}

export function chatEvent(init: ChatEventInit): Uint8Array {
  return toBinary(ChatEventSchema, create(ChatEventSchema, init));
}

/** A line of chat in "#c" by "ann". */
export function line(text: string): ChatEventInit {
  const source = { channelId: "#c", user: { id: "ann", displayName: "Ann" } };
  return { inner: { case: "message", value: { source, text } } };
}

export function privateLine(text: string): ChatEventInit {
  return { inner: { case: "privateMessage", value: { source: { id: "ann" }, text } } };
}

/** A backend that is connected; whatever core asks, the test answers. */
export class TestBackend {
  readonly session: IngestSession;

  constructor(session: IngestSession) {
    this.session = session;
  }

  say(init: ChatEventInit): void {
    assert.equal(this.session.receive(chatEvent(init)), undefined);
  }

  requests(): ChatRequest[] {
    return drain(this.session.output).map((message) => fromBinary(ChatRequestSchema, message));
  }

  /** The only request that waits. */
  request(): ChatRequest {
    const [request, ...others] = this.requests();
    assert.ok(request !== undefined && others.length === 0, "exactly one request waits");
    return request;
  }

  answer(id: string, inner: NonNullable<ChatEventInit["inner"]>): void {
    this.say({ id, inner });
  }

  succeed(id: string): void {
    this.answer(id, { case: "success", value: {} });
  }
}

export interface TestCall extends Partial<Omit<CallContext, "caller">> {
  readonly caller?: Partial<Caller>;
  readonly alive?: () => Promise<boolean>;
}

/** What happened inside, as `name:detail`. */
export interface Seen {
  readonly log: string[];
  readonly observed: string[];
}

export class TestBroker {
  readonly clock = new ManualClock();
  readonly seen: Seen = { log: [], observed: [] };
  readonly broker: Broker;

  constructor(options: BrokerOptions = {}) {
    const { clock } = this;
    this.broker = new Broker({ options, clock, log: this.#log(), observer: this.#observer() });
  }

  call({ caller, alive = async () => true, ...rest }: TestCall = {}): CallContext {
    return {
      caller: {
        name: "bot",
        tokenId: "t1",
        mayPrivate: true,
        mayUsePersona: true,
        mayMentionEveryone: true,
        mayBeBackend: () => true,
        ...caller,
      },
      peer: { address: "192.0.2.1:4000", isAlive: alive },
      arrivedAtMs: this.clock.now(),
      timeoutMs: undefined,
      cancelled: false,
      onCancelled: undefined,
      ...rest,
    };
  }

  stream(commands: readonly string[] = [], call: TestCall = {}, kinds: string[] = []): Source {
    const named = Object.fromEntries(commands.map((name) => [name, { name }]));
    const options = { kinds };
    const request = create(StreamEventsRequestSchema, { commands: named, options });
    return this.broker.openEvents(request, this.call(call));
  }

  /** A backend that has said Hello, and can do everything. */
  backend(type = "irc", id = "net", call: TestCall = {}): TestBackend {
    const features = Object.fromEntries(FEATURES.map((name) => [name, Support.FULL]));
    return this.declaring({ features }, { type, id }, call);
  }

  /** A backend that has said Hello with these capabilities, or as those do that know of none. */
  declaring(
    capabilities: MessageInitShape<typeof CapabilitiesSchema> | undefined,
    backendInfo = { type: "irc", id: "net" },
    call: TestCall = {},
  ): TestBackend {
    const backend = new TestBackend(this.broker.openIngest(this.call(call)));
    const declared = capabilities && { capabilities };
    backend.say({ inner: { case: "hello", value: { backendInfo, ...declared } } });
    return backend;
  }

  #log(): Logger {
    const add = (fields: object, message: string): void => {
      this.seen.log.push(`${message} ${JSON.stringify(fields)}`);
    };
    return { debug: add, info: add, warn: add, error: add };
  }

  #observer(): BrokerObserver {
    const names = Object.keys(silentObserver);
    const record = (name: string): [string, (...args: unknown[]) => void] => [
      name,
      (...args) => void this.seen.observed.push([name, ...args].join(":")),
    ];
    return Object.fromEntries(names.map(record)) as unknown as BrokerObserver;
  }
}

/** Checks for a BrokerError of this code and, if given, message. */
export function refusal(code: ErrorCode, message?: string): (reason: unknown) => true {
  return (reason) => {
    assert.ok(reason instanceof BrokerError, `a BrokerError, not ${reason}`);
    assert.equal(reason.code, code);
    if (message !== undefined) assert.equal(reason.message, message);
    return true;
  };
}

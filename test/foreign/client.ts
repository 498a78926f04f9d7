/**
 * What the tests ask of a client of Seabird, whichever language it is written in.
 *
 * A foreign client is a program of its own (`program-client.ts`); it takes orders as lines of
 * JSON and tells what happened to it the same way. `grpc-js-client.ts` is one in this process.
 *
 * Orders, told apart by `do`: `call` (a unary method by its name), `events` and `ingest` (open a
 * stream), `push` (an event on an ingest stream), `finish` (half-close), `cancel`, `reply` and
 * `blocks` (the client library's own helpers). What happened, told apart by `what`: `ready`,
 * `answer` and `error` of a call; `headers`, `message` and `end` of a stream; `nonsense` when an
 * order was not understood. `id` says which call or stream is meant.
 */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  ChatEventSchema,
  ChatRequest,
  Event,
  Seabird,
  StreamEventsRequestSchema,
} from "@seabird-chat/protocol";
import type { ForeignStream, Status } from "./stream.ts";

export type Method = Exclude<keyof (typeof Seabird)["method"], "streamEvents">;
export type Input<M extends Method> = MessageInitShape<(typeof Seabird)["method"][M]["input"]>;
export type EventInit = MessageInitShape<typeof ChatEventSchema>;
export type Commands = NonNullable<MessageInitShape<typeof StreamEventsRequestSchema>["commands"]>;

/** A call's outcome: its status, and its response as JSON where that is OK. */
export interface Outcome extends Status {
  readonly response?: unknown;
}

export type EventStream = ForeignStream<Event>;

export interface IngestStream extends ForeignStream<ChatRequest> {
  push(event: EventInit): void;
  /** Half-closes. */
  finish(): void;
}

export interface Client {
  /** Its library tells when a stream's headers have come. */
  readonly tellsHeaders: boolean;
  call<M extends Method>(method: M, request: Input<M>): Promise<Outcome>;
  events(commands?: Commands): EventStream;
  /** Opens a stream and says Hello. */
  backend(type: string, id: string): IngestStream;
  /** Opens a stream and says nothing. */
  ingest(): IngestStream;
  close(): Promise<void>;
}

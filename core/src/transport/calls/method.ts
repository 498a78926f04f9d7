/** What the transport knows of a method, and what a handler knows of a call. */
import type { DescMethod, Message } from "@bufbuild/protobuf";
import type { Principal } from "../../auth/principal.ts";
import type { CallContext } from "../../broker/caller.ts";
import type { Source } from "../../broker/streams/source.ts";

/**
 * A method of a service: its descriptor, access and handler. Native gRPC, Connect, gRPC-Web and
 * the in-memory server call the same handlers.
 */
export type Method = UnaryMethod | ServerStreamMethod | BidiMethod;

/** Scopes of which a token needs one; `any`: any token; `open`: no token. */
export type Access = readonly ("plugin" | "read" | "metrics" | "admin")[] | "any" | "open";

export interface Call extends CallContext {
  /** `undefined` only where the method's access is `open`. */
  readonly principal: Principal | undefined;
}

export interface UnaryMethod {
  readonly kind: "unary";
  readonly desc: DescMethod;
  readonly access: Access;
  /** The handler itself ends the call at its `timeoutMs`; the transport sets no timer. */
  readonly enforcesTimeout?: true;
  /**
   * What of its replies is one object until something changes, so that it is encoded once: the
   * whole reply, or the message in this field (its name in TypeScript). Default: nothing.
   */
  readonly shares?: "reply" | (string & {});
  /** Throws a BrokerError to refuse. The reply to a cancelled call is dropped. */
  handle(request: Message, call: Call): Message | Promise<Message>;
}

export interface ServerStreamMethod {
  readonly kind: "server_streaming";
  readonly desc: DescMethod;
  readonly access: Access;
  handle(request: Message, call: Call): Source;
}

/** One open bidirectional stream, from the handler's side. */
export interface Session {
  readonly output: Source;
  /** Fields that a message in JSON may have; default: those of a request. */
  readonly maxFields?: number;
  /**
   * Takes one encoded message of the peer. While a promise is pending, no further one is passed.
   * A throw ends the stream with that error.
   */
  receive(message: Uint8Array): void | Promise<void>;
  /** The peer has sent its last message (half-close). A throw ends the stream with it. */
  finish(): void;
  /** The stream is over or its connection gone. Idempotent. */
  close(): void;
}

export interface BidiMethod {
  readonly kind: "bidi_streaming";
  readonly desc: DescMethod;
  readonly access: Access;
  handle(call: Call): Session;
}

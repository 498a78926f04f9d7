/** The caller behind a call or stream, as far as the broker needs to know it. */
export interface Caller {
  /** The token's name: the `sender` of this client's actions. */
  readonly name: string;
  /** Stable id of the token; rate limits count by it. */
  readonly tokenId: string;
  /** Whether private messages may be read and sent. */
  readonly mayPrivate: boolean;
  /** Whether sends may use another name and picture. */
  readonly mayUsePersona: boolean;
  /** Whether messages may notify everyone in a channel. */
  readonly mayMentionEveryone: boolean;
  /** Whether the token may speak for the backend of this (relative) type and id. */
  mayBeBackend(type: string, id: string): boolean;
}

/** The connection behind a call or stream. */
export interface Peer {
  /** `address:port`, for logs. */
  readonly address: string;
  /**
   * Whether the other end answers a ping within `timeoutMs`; `true` where the connection has
   * no pings (HTTP/1.1) and is open.
   */
  isAlive(timeoutMs: number): Promise<boolean>;
}

/**
 * Reports that a caller has cancelled. Not an AbortSignal: making one for each call and listening
 * to it takes longer than the broker's other work on that call.
 */
export interface Cancellable {
  /** Whether the caller has cancelled, or its connection has gone. */
  readonly cancelled: boolean;
  /** Called once when that happens. At most one listens. */
  onCancelled: (() => void) | undefined;
}

/** Counts what is held in memory for a caller. */
export interface Holding {
  /**
   * So many bytes more, or fewer, are held for the caller, until the call is over; default: nothing
   * counts. Whoever holds too much is cancelled, later.
   */
  hold?(bytes: number): void;
}

/** The context of one call. */
export interface CallContext extends Cancellable, Holding {
  readonly caller: Caller;
  readonly peer: Peer;
  /** When the call arrived, by the broker's clock. Time limits count from here. */
  readonly arrivedAtMs: number;
  /** The caller's own limit (`grpc-timeout`), counted from arrival; `undefined` if none. */
  readonly timeoutMs: number | undefined;
}

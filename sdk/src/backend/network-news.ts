/** Which backends lose their networks and get them back, as core publishes it (docs/protocol.md: the kind `backend`). */
import { fromBinary } from "@bufbuild/protobuf";
import { BackendChange, EventSchema } from "@seabird-chat/protocol";
import { type Clock, pause } from "../link/clock.ts";
import { type Connection, streamEvents } from "../link/connection.ts";
import { SeabirdError, type SeabirdErrorCode } from "../link/errors.ts";
import type { Log } from "../program/log.ts";

/** A backend's network was lost, or is there again. */
export interface NetworkChange {
  /** Absolute, as `irc://libera`. */
  readonly backendId: string;
  readonly isConnected: boolean;
  /** Why it was lost, of at most 1,024 bytes; may be empty. Not trusted: clean it before you show it. */
  readonly reason: string;
}

export type OnNetworkChange = (change: NetworkChange) => void;

/** Until a stream that has ended is opened again within the same session with core. */
const AGAIN_MS = 5_000;
/** In these cases the same token gets the same answer. */
const REFUSALS: readonly SeabirdErrorCode[] = [
  "permission_denied",
  "unauthenticated",
  "invalid_argument",
  "unimplemented",
];

/** Reads core's events, of this one kind, only while somebody listens. */
export class NetworkNews {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #listeners = new Set<OnNetworkChange>();
  #session: { readonly connection: Connection; readonly signal: AbortSignal } | undefined;
  #unread: AbortController | undefined;

  constructor({ clock, log }: { readonly clock: Clock; readonly log: Log }) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Returns its undo. */
  on(callback: OnNetworkChange): () => void {
    // The same function twice is two listeners.
    const listener: OnNetworkChange = (change) => callback(change);
    this.#listeners.add(listener);
    this.#read();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#unread?.abort();
    };
  }

  /** A session with a core that has the kind; `over` is aborted at its end. */
  begin(connection: Connection, over: AbortSignal): void {
    this.#session = { connection, signal: over };
    this.#unread?.abort();
    this.#read();
  }

  #read(): void {
    const session = this.#session;
    if (session === undefined || session.signal.aborted || this.#listeners.size === 0) return;
    if (this.#unread?.signal.aborted === false) return;
    this.#unread = new AbortController();
    void this.#follow(session.connection, AbortSignal.any([session.signal, this.#unread.signal]));
  }

  /** Never rejects. */
  async #follow(connection: Connection, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const error = await this.#stream(connection, signal);
      if (signal.aborted) return;
      this.#log.debug({ error }, "core does not say which networks are lost");
      if (error !== undefined && REFUSALS.includes(error.code)) return;
      await pause(this.#clock, AGAIN_MS, signal);
    }
  }

  /** Resolves with why it has ended. */
  async #stream(connection: Connection, signal: AbortSignal): Promise<SeabirdError | undefined> {
    const request = { options: { kinds: ["backend"] } };
    const stream = streamEvents(connection, request, {
      signal,
      onHeaders: () => undefined,
      onMessage: (bytes) => {
        this.#take(bytes);
        return undefined;
      },
    });
    return await stream.ended.then(
      () => undefined,
      (reason: unknown) => SeabirdError.from(reason),
    );
  }

  #take(bytes: Uint8Array): void {
    const { inner } = fromBinary(EventSchema, bytes);
    if (inner.case !== "backend") return;
    const { change, backend: { id: backendId } = { id: "" }, reason } = inner.value;
    const isConnected = change === BackendChange.NETWORK_BACK;
    if (!isConnected && change !== BackendChange.NETWORK_LOST) return;
    for (const listener of this.#listeners) {
      try {
        listener({ backendId, isConnected, reason });
      } catch (error) {
        this.#log.warn({ error }, "a listener to changes of networks failed");
      }
    }
  }
}

/** Where a load's events come from and where they are counted, whatever the system speaks. */
import type { CallEnd } from "../wire/client-stream.ts";

export interface EventSource {
  /** Why it has ended, if it has. */
  readonly end: CallEnd | undefined;
  /** Bytes sent that have not left. */
  readonly unsentBytes: number;
  /** One event as this system takes it. */
  encode(): Buffer;
  /** Sends one or more events that were encoded. */
  send(events: Uint8Array): void;
  close(): void;
}

export interface EventStream {
  /** Events received. */
  readonly total: number;
  readonly end: CallEnd | undefined;
  close(): void;
}

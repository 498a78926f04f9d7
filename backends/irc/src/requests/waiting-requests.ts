/** The requests that the server has not fully answered, and the tokens and labels with which it does. */
import type { PendingRequest } from "./pending-request.ts";

const PING_TOKEN = /^[!-9;-~][!-~]{0,99}$/;

/** A line that was sent with a label. */
export interface SentLine {
  readonly pending: PendingRequest;
  readonly index: number;
}

export class WaitingRequests {
  /** By token, in the order of their arrival. */
  readonly #pending = new Map<string, PendingRequest>();
  readonly #labels = new Map<string, SentLine>();
  #tokens = 0;

  get size(): number {
    return this.#pending.size;
  }

  /** A copy: a caller may forget requests while it iterates. */
  all(): readonly PendingRequest[] {
    return [...this.#pending.values()];
  }

  add(pending: PendingRequest): void {
    this.#pending.set(pending.token, pending);
  }

  has(pending: PendingRequest): boolean {
    return this.#pending.get(pending.token) === pending;
  }

  byToken(token: string): PendingRequest | undefined {
    return this.#pending.get(token);
  }

  /** The server will send nothing further about it. */
  forget(pending: PendingRequest): void {
    pending.stopWaiting();
    if (this.has(pending)) this.#pending.delete(pending.token);
    for (const label of pending.labels) this.#labels.delete(label);
    pending.labels.clear();
  }

  /** The token of its PING: the request's own id, if that can be sent. */
  tokenFor(id: string): string {
    return PING_TOKEN.test(id) && !this.#pending.has(id) ? id : this.newToken();
  }

  /** A new label for one of its lines. */
  labelFor(pending: PendingRequest, index: number): string {
    const label = this.newToken();
    this.#labels.set(label, { pending, index });
    pending.labels.add(label);
    return label;
  }

  lineOf(label: string): SentLine | undefined {
    return this.#labels.get(label);
  }

  /**
   * Milliseconds since the arrival of a request whose time is up and which the server has not
   * answered; undefined if there is none. After `giveUpMs` the server is taken never to answer it.
   */
  overdueMs(now: number, giveUpMs: number): number | undefined {
    for (const pending of this.all()) {
      if (!pending.settled || pending.dueAtMs > now) continue;
      if (now - pending.dueAtMs <= giveUpMs) return now - pending.request.arrivedAtMs;
      this.forget(pending);
    }
    return undefined;
  }

  /** Never the same twice. */
  newToken(): string {
    this.#tokens += 1;
    return `seabird-${this.#tokens}`;
  }
}

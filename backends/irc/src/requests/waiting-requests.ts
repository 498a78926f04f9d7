/** The requests that the network has not had its say about, and the names by which it answers them. */
import type { PendingRequest } from "./pending-request.ts";

const PING_TOKEN = /^[!-9;-~][!-~]{0,99}$/;

/** A line that was written with a label. */
export interface LabelledLineOf {
  readonly pending: PendingRequest;
  readonly index: number;
}

export class WaitingRequests {
  /** By token, in the order of their arrival: without answer, or without the server's last word. */
  readonly #pending = new Map<string, PendingRequest>();
  readonly #labels = new Map<string, LabelledLineOf>();
  #names = 0;

  get size(): number {
    return this.#pending.size;
  }

  /** A copy: what is done to each may forget it. */
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

  /** Nothing more is to be learned of it. */
  forget(pending: PendingRequest): void {
    pending.stopWaiting();
    if (this.has(pending)) this.#pending.delete(pending.token);
    for (const label of pending.labels) this.#labels.delete(label);
    pending.labels.clear();
  }

  /** What a PING for it carries: the request's own id, if it can stand in a line. */
  tokenFor(id: string): string {
    return PING_TOKEN.test(id) && !this.#pending.has(id) ? id : this.newName();
  }

  /** A label for a line of it, never used twice. */
  labelFor(pending: PendingRequest, index: number): string {
    const label = this.newName();
    this.#labels.set(label, { pending, index });
    pending.labels.add(label);
    return label;
  }

  lineOf(label: string): LabelledLineOf | undefined {
    return this.#labels.get(label);
  }

  /**
   * For how long, at `now`, the server has owed a word to a request whose time is up; undefined if
   * it owes none. After `giveUpMs` it is taken for one that never gives it.
   */
  owedForMs(now: number, giveUpMs: number): number | undefined {
    for (const pending of this.all()) {
      if (!pending.settled || pending.dueAtMs > now) continue;
      if (now - pending.dueAtMs <= giveUpMs) return now - pending.request.arrivedAtMs;
      this.forget(pending);
    }
    return undefined;
  }

  /** Never given twice. */
  newName(): string {
    this.#names += 1;
    return `seabird-${this.#names}`;
  }
}

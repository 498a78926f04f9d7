/**
 * Caches the authentication of one connection: a header that was accepted in the last second is
 * not looked up again, and concurrent look-ups of one header are merged. What was accepted gives
 * the connection its standing; what only the store can know is counted to the peer's address.
 */
import type { Authentication, Authenticator } from "../../auth/principal.ts";
import type { Clock } from "../../broker/clock.ts";
import type { Standing } from "./standing.ts";

/** After this a principal is looked up again, so that the token's last use is recorded. */
const KNOWN_FOR_MS = 1_000;

export class AuthCache {
  readonly #authenticator: Authenticator;
  readonly #clock: Clock;
  readonly #standing: Standing | undefined;
  readonly #mayLookUp: (() => boolean) | undefined;
  #header: string | undefined;
  #answer: Authentication | undefined;
  #knownUntilMs = 0;
  #undo: (() => void) | undefined;
  #closed = false;
  /** By header; made at the first look-up that takes a while, which few connections have. */
  #lookups: Map<string, Promise<Authentication>> | undefined;

  constructor(authenticator: Authenticator, clock: Clock, standing?: Standing) {
    this.#authenticator = authenticator;
    this.#clock = clock;
    this.#standing = standing;
    if (standing !== undefined) {
      this.#mayLookUp = () => standing.account.lookups.take(clock.now());
    }
  }

  /** Calls that wait for one look-up continue in the order of their arrival. */
  authenticate(header: string | undefined): Authentication | Promise<Authentication> {
    if (header === undefined) return this.#authenticator.authenticate(header);
    const nowMs = this.#clock.now();
    if (header === this.#header && this.#answer !== undefined && nowMs < this.#knownUntilMs) {
      return this.#answer;
    }
    const running = this.#lookups?.get(header);
    if (running !== undefined) return running;
    const answer = this.#authenticator.authenticate(header, this.#mayLookUp);
    if (answer instanceof Promise) return this.#lookUp(header, answer);
    this.#remember(header, answer, nowMs);
    return answer;
  }

  /** The connection is closed. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#forget();
  }

  #lookUp(header: string, answer: Promise<Authentication>): Promise<Authentication> {
    const lookups = this.#lookups ?? new Map<string, Promise<Authentication>>();
    this.#lookups = lookups;
    const lookup = answer
      .then((late) => {
        if (late.ok && !this.#closed) this.#standing?.accept(late.principal);
        return late;
      })
      .finally(() => lookups.delete(header));
    lookups.set(header, lookup);
    return lookup;
  }

  #remember(header: string, answer: Authentication, nowMs: number): void {
    this.#forget();
    if (!answer.ok || this.#closed) return;
    this.#standing?.accept(answer.principal);
    this.#answer = answer;
    this.#header = header;
    this.#knownUntilMs = nowMs + KNOWN_FOR_MS;
    this.#undo = this.#authenticator.onEnd(answer.principal, () => this.#forget());
  }

  #forget(): void {
    this.#answer = undefined;
    this.#header = undefined;
    this.#undo?.();
    this.#undo = undefined;
  }
}

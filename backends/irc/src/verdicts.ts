/**
 * Finds out what became of each request on a network that never says yes.
 *
 * A message has no positive answer on IRC. So the lines of a request are followed by a PING with
 * the request's id: the server answers in order, and an error that names the request's target
 * before the PONG belongs to it. JOIN, PART and TOPIC succeed by their own echo.
 *
 * A request that was answered before its PONG came (its time was up) stays known until then: a
 * late error is still its own and not the next request's, and while the server owes that PONG,
 * nothing more is sent that it would only read when nobody expects it any more.
 */
import type { IrcMessage } from "irc-framework";
import { isAbout } from "./blame.ts";
import { stripCodes } from "./codes.ts";
import type { FloodClock, FloodJob, FloodQueue } from "./flood-queue.ts";
import type { NetworkState } from "./network-state.ts";

/** What has to be so for a request to have succeeded. */
export type Expectation =
  | { readonly kind: "said" }
  | { readonly kind: "joined"; readonly channel: string }
  | { readonly kind: "left"; readonly channel: string }
  | { readonly kind: "topic"; readonly channel: string; readonly topic: string };

export interface IrcRequest {
  readonly id: string;
  /** Whom it concerns: errors that name it are its own. */
  readonly target: string;
  readonly lines: readonly string[];
  readonly expect: Expectation;
  /** Moment of arrival by the clock in use. */
  readonly arrivedAtMs: number;
  /** Aborted when nobody wants the answer any more: lines that still wait are not sent. */
  readonly signal?: AbortSignal;
}

/** undefined: it happened. Otherwise why not. */
export type Verdict = string | undefined;

export interface VerdictOptions {
  /** Milliseconds from arrival in which core wants its answer. */
  readonly answerWithinMs: number;
  /** Requests that may wait at once; one more is refused. */
  readonly maxWaitingRequests: number;
  /** Milliseconds without a word after which the server is dead. */
  readonly pingTimeoutMs: number;
}

/** The answer must have reached core before its limit: nothing is sent, and no answer awaited, later. */
const SEND_MARGIN = 0.15;
const ANSWER_MARGIN = 0.05;

const PING_TOKEN = /^[!-9;-~][!-~]{0,99}$/;

/** Code units of a server's reason that are handed on. */
const MAX_REASON = 300;

interface Pending {
  readonly request: IrcRequest;
  readonly token: string;
  readonly resolve: (verdict: Verdict) => void;
  /** When its answer is due at the latest. */
  readonly dueAtMs: number;
  /** Lines written so far, the PING included. */
  written: number;
  /** Whether what it asks for was so before its first line left. */
  heldBefore: boolean;
  /** What it asks for came about after its first line had left. */
  echoed: boolean;
  ponged: boolean;
  failure: string | undefined;
  settled: boolean;
  release: () => void;
}

export class Verdicts {
  readonly #state: NetworkState;
  readonly #queue: FloodQueue;
  readonly #options: VerdictOptions;
  readonly #clock: FloodClock;
  /** By token, in the order in which they are sent: without answer, or without PONG. */
  readonly #pending = new Map<string, Pending>();
  #tokens = 0;

  constructor(state: NetworkState, queue: FloodQueue, options: VerdictOptions, clock: FloodClock) {
    this.#state = state;
    this.#queue = queue;
    this.#options = options;
    this.#clock = clock;
  }

  /** Queues the request's lines. Resolves once, within `answerWithinMs` of its arrival. */
  submit(request: IrcRequest): Promise<Verdict> {
    const refusal = this.#refusal(request);
    if (refusal !== undefined) return Promise.resolve(refusal);
    const { promise, resolve } = Promise.withResolvers<Verdict>();
    const pending = this.#add(request, resolve);
    this.#queue.add(this.#job(pending));
    return promise;
  }

  /** A line of the server, after the network's state has taken it in. */
  receive(message: IrcMessage): void {
    if (this.#pending.size === 0) return;
    this.#lookForEchoes();
    if (message.command === "PONG") this.#ponged(message.params.at(-1) ?? "");
    else if (/^[4-9]\d\d$/.test(message.command)) this.#failed(message);
  }

  /** The connection is gone: nothing that waits can be known any more. */
  connectionLost(): void {
    for (const pending of [...this.#pending.values()]) {
      this.#settle(pending, outcome(pending, pending.written === 0 ? NOT_CONNECTED : LOST));
    }
    this.#pending.clear();
  }

  #add(request: IrcRequest, resolve: (verdict: Verdict) => void): Pending {
    const expire = () => this.#settle(pending, outcome(pending, lateReason(pending)));
    const leftMs = this.#leftMs(request, ANSWER_MARGIN);
    const cancelTimer = this.#clock.after(leftMs, expire);
    const { signal } = request;
    const abort = () => this.#settle(pending, NOT_WANTED);
    const pending: Pending = {
      request,
      token: this.#tokenFor(request.id),
      resolve,
      dueAtMs: this.#clock.now() + leftMs,
      written: 0,
      heldBefore: false,
      echoed: false,
      ponged: false,
      failure: undefined,
      settled: false,
      release() {
        cancelTimer();
        signal?.removeEventListener("abort", abort);
      },
    };
    signal?.addEventListener("abort", abort, { once: true });
    this.#pending.set(pending.token, pending);
    return pending;
  }

  #refusal({ arrivedAtMs, lines, signal }: IrcRequest): Verdict {
    if (signal?.aborted === true) return NOT_WANTED;
    const owed = this.#owedForMs();
    if (owed !== undefined) {
      return `not sent: the network has not answered for ${Math.round(owed / 1_000)} s`;
    }
    if (this.#pending.size >= this.#options.maxWaitingRequests) {
      return `${this.#pending.size} requests already wait for the network`;
    }
    const leftMs = this.#leftMs({ arrivedAtMs }, SEND_MARGIN);
    if (this.#queue.delayMs(lines.length + 1) <= leftMs) return undefined;
    return `not sent: ${lines.length} lines would take longer than core waits at the pace this network allows`;
  }

  /** For how long the server has owed a PONG whose request's time is up; undefined if it owes none. */
  #owedForMs(): number | undefined {
    const now = this.#clock.now();
    for (const pending of this.#pending.values()) {
      if (!pending.settled || pending.dueAtMs > now) continue;
      const forMs = now - pending.request.arrivedAtMs;
      // A server that never answers PINGs with their token, and yet lives.
      if (now - pending.dueAtMs > this.#options.pingTimeoutMs) this.#pending.delete(pending.token);
      else return forMs;
    }
    return undefined;
  }

  /** Milliseconds until the request's time is up but for `margin`, a part of the whole. */
  #leftMs({ arrivedAtMs }: Pick<IrcRequest, "arrivedAtMs">, margin: number): number {
    const limit = arrivedAtMs + this.#options.answerWithinMs * (1 - margin);
    return Math.max(0, limit - this.#clock.now());
  }

  #tokenFor(id: string): string {
    if (PING_TOKEN.test(id) && !this.#pending.has(id)) return id;
    this.#tokens += 1;
    return `seabird-${this.#tokens}`;
  }

  #job(pending: Pending): FloodJob {
    const { request, token } = pending;
    // Nothing of it was sent and it has its answer, or its PING is on its way.
    const isOver = () =>
      (pending.settled && pending.written === 0) || pending.written > request.lines.length;
    const nextLine = (): string | undefined => {
      if (!isOver() && this.#leftMs(request, SEND_MARGIN) === 0) {
        this.#settle(pending, outcome(pending, lateReason(pending)));
      }
      if (isOver()) return undefined;
      if (pending.written === 0) pending.heldBefore = this.#holds(request.expect);
      // The rest is not wanted, or would only meet the same error; its PING bounds what was sent.
      if (isCutShort(pending)) pending.written = request.lines.length;
      const line = request.lines[pending.written] ?? `PING :${token}`;
      pending.written += 1;
      return line;
    };
    return {
      get linesLeft() {
        if (isOver()) return 0;
        return isCutShort(pending) ? 1 : request.lines.length + 1 - pending.written;
      },
      nextLine,
    };
  }

  #ponged(token: string): void {
    const pending = this.#pending.get(token);
    if (pending === undefined) return;
    pending.ponged = true;
    if (pending.settled) this.#pending.delete(token);
    else if (pending.failure !== undefined) this.#settle(pending, outcome(pending, ""));
    else if (pending.echoed || this.#holds(pending.request.expect)) {
      this.#settle(pending, undefined);
    }
    // The server answers in order: what was sent before this has had its answers.
    for (const earlier of [...this.#pending.values()]) {
      if (earlier.token === token) return;
      if (earlier.settled) this.#pending.delete(earlier.token);
    }
  }

  /** A slower server may send an echo after the PONG, and somebody undo before the PONG what we did. */
  #lookForEchoes(): void {
    for (const pending of [...this.#pending.values()]) {
      const { request, written, heldBefore, ponged, settled } = pending;
      if (settled || written === 0 || request.expect.kind === "said") continue;
      if (!this.#holds(request.expect)) continue;
      pending.echoed ||= !heldBefore;
      if (ponged) this.#settle(pending, undefined);
    }
  }

  #holds(expect: Expectation): boolean {
    switch (expect.kind) {
      case "said":
        return true;
      case "joined":
        return this.#state.topicOf(expect.channel) !== undefined;
      case "left":
        return this.#state.topicOf(expect.channel) === undefined;
      case "topic":
        return this.#state.topicOf(expect.channel) === expect.topic;
    }
  }

  #failed(message: IrcMessage): void {
    const pending = this.#blamed(message);
    if (pending === undefined) return;
    const reason = stripCodes(message.params.at(-1) ?? "").slice(0, MAX_REASON);
    pending.failure ??= `${reason.toWellFormed() || "refused"} (${message.command})`;
    if (pending.ponged) this.#settle(pending, outcome(pending, ""));
  }

  /** The oldest request that the error can be about: the server answers in order. */
  #blamed(message: IrcMessage): Pending | undefined {
    const sent = [...this.#pending.values()].filter(({ written }) => written > 0);
    return (
      sent.find((pending) => !pending.ponged && isAbout(message, pending.request, this.#state)) ??
      sent.find((pending) => pending.ponged && isAbout(message, pending.request, this.#state))
    );
  }

  #settle(pending: Pending, verdict: Verdict): void {
    if (pending.settled) return;
    pending.settled = true;
    pending.release();
    if (pending.ponged || pending.written === 0) this.#pending.delete(pending.token);
    pending.resolve(verdict);
  }
}

export const NOT_CONNECTED = "not connected to the IRC network";
const LOST = "the connection to the IRC network was lost before it confirmed this";
const NOT_WANTED = "nobody waits for this any more";

function isCutShort({ settled, failure }: Pending): boolean {
  return settled || failure !== undefined;
}

/** An echo outweighs an error, which then was not about this. */
function outcome({ echoed, failure }: Pending, otherwise: string): Verdict {
  return echoed ? undefined : (failure ?? otherwise);
}

function lateReason({ written, request, ponged }: Pending): string {
  const count = request.lines.length;
  if (written === 0) return "not sent: its turn under the network's flood limit came too late";
  if (written < count) return `only ${written} of ${count} lines were sent in time`;
  return ponged ? "the network did not do it" : "the network did not confirm it in time";
}

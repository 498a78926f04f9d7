/**
 * Finds out what became of each request on a network that hardly ever says yes.
 *
 * The server is asked by the best means it has. Where it answers labels, each line carries one.
 * Else, where it echoes messages, the echo is the yes. Else the lines are followed by a PING with
 * the request's id: the server answers in order, and an error that names the request's target
 * before the PONG belongs to it. JOIN, PART and TOPIC succeed when what they ask for has come
 * about. A label or an echo that does not come is asked for by a PING too.
 *
 * A request that was answered before the server had its say (its time was up) stays known until
 * then: a late error is still its own and not the next request's, and while the server owes that
 * word, nothing more is sent that it would only read when nobody expects it any more.
 */

import type { Clock } from "../clock.ts";
import { ASK_AFTER_MS, MAX_SOON_LINES } from "../limits.ts";
import type { IrcMessage } from "../message/irc-message.ts";
import type { RequestOptions } from "../options.ts";
import type { IrcState } from "../presence/irc-state.ts";
import { findEcho, isAbout, isRefusal, isSpeech, reasonOf } from "./error-attribution.ts";
import type { FloodJob, FloodQueue, LabelledLine } from "./flood-queue.ts";
import type { IrcRequest, RequestOutcome } from "./irc-request.ts";
import { type Labelled, LabelReader } from "./labels.ts";
import { PendingRequest, type Signal } from "./pending-request.ts";
import { holds, type SuccessCondition } from "./success-condition.ts";
import { WaitingRequests } from "./waiting-requests.ts";

/** What the server can (IRCv3 capabilities that are on). */
export interface ServerCaps {
  readonly caps: ReadonlySet<string>;
}

/** The answer must have reached core before its limit: nothing is sent, and no answer awaited, later. */
const SEND_MARGIN = 0.1;
const ANSWER_MARGIN = 0.05;

export class RequestTracker {
  readonly #state: IrcState;
  readonly #queue: FloodQueue;
  readonly #options: RequestOptions;
  readonly #clock: Clock;
  readonly #server: ServerCaps;
  readonly #labels = new LabelReader();
  readonly #waiting = new WaitingRequests();
  /** PINGs that ask for what has not come, each with the place of the last line before it. */
  readonly #asked = new Map<string, number>();
  /** Lines of requests, and PINGs, so far. */
  #written = 0;

  constructor(
    state: IrcState,
    queue: FloodQueue,
    options: RequestOptions,
    clock: Clock,
    server: ServerCaps,
  ) {
    this.#state = state;
    this.#queue = queue;
    this.#options = options;
    this.#clock = clock;
    this.#server = server;
  }

  /** Queues the request's lines. Resolves once, within `answerWithinMs` of its arrival. */
  submit(request: IrcRequest): Promise<RequestOutcome> {
    const signal = this.#signalFor(request.expect);
    const refusal = this.#refusal(request, signal);
    if (refusal !== undefined) return Promise.resolve(refusal);
    const { promise, resolve } = Promise.withResolvers<RequestOutcome>();
    this.#queue.add(this.#job(this.#add(request, signal, resolve)));
    return promise;
  }

  /** A line of the server, after the network's state has taken it in. */
  receive(message: IrcMessage): void {
    const labelled = this.#labels.read(message);
    if (this.#waiting.size === 0) return;
    this.#lookForChanges();
    if (message.command === "PONG") this.#ponged(message.params.at(-1) ?? "");
    else if (labelled !== undefined) this.#answered(labelled, message);
    else if (isRefusal(message)) this.#refused(message);
    else if (this.#state.isMe(message.nick)) this.#echoed(message);
  }

  /** The connection is gone: nothing that waits can be known any more. */
  connectionLost(): void {
    for (const pending of this.#waiting.all()) {
      this.#settle(pending, pending.verdict(pending.written === 0 ? NOT_CONNECTED : LOST));
      this.#waiting.forget(pending);
    }
  }

  #signalFor({ kind }: SuccessCondition): Signal {
    if (this.#hasLabels) return "label";
    return kind === "said" && this.#server.caps.has("echo-message") ? "echo" : "ping";
  }

  /** Servers may take their labels back. */
  get #hasLabels(): boolean {
    const { caps } = this.#server;
    return caps.has("labeled-response") && caps.has("batch");
  }

  #refusal({ arrivedAtMs, target, lines, signal }: IrcRequest, by: Signal): RequestOutcome {
    if (signal?.aborted === true) return NOT_WANTED;
    const { answerWithinMs, sendBudgetMs, maxWaitingRequests, pingTimeoutMs } = this.#options;
    const owed = this.#waiting.owedForMs(this.#clock.now(), pingTimeoutMs);
    if (owed !== undefined) return `not sent: the network has not answered for ${seconds(owed)} s`;
    if (this.#waiting.size >= maxWaitingRequests) {
      return `${this.#waiting.size} requests already wait for the network`;
    }
    const limitMs = Math.min(sendBudgetMs, answerWithinMs * (1 - SEND_MARGIN));
    const count = lines.length + (by === "ping" ? 1 : 0);
    const need = { lines: count, flow: this.#flowOf(target), dueAtMs: arrivedAtMs + limitMs };
    if (this.#queue.fits(need)) return undefined;
    const takesMs = this.#clock.now() - arrivedAtMs + this.#queue.delayMs(count);
    return `would take ${seconds(takesMs)} s at this server's rate (limit ${seconds(limitMs)} s)`;
  }

  #add(
    request: IrcRequest,
    signal: Signal,
    resolve: (verdict: RequestOutcome) => void,
  ): PendingRequest {
    const dueAtMs = this.#limit(request, ANSWER_MARGIN);
    const token = this.#waiting.tokenFor(request.id);
    const pending = new PendingRequest(request, { signal, token, dueAtMs }, resolve);
    const expire = () => this.#settle(pending, pending.verdict(pending.lateReason));
    const abort = () => this.#settle(pending, NOT_WANTED);
    const cancelTimer = this.#clock.after(Math.max(0, dueAtMs - this.#clock.now()), expire);
    pending.release = () => {
      cancelTimer();
      request.signal?.removeEventListener("abort", abort);
    };
    request.signal?.addEventListener("abort", abort, { once: true });
    this.#waiting.add(pending);
    return pending;
  }

  /** The moment by which something has to be done that may take all but `margin`, a part of the whole. */
  #limit({ arrivedAtMs }: IrcRequest, margin: number): number {
    return arrivedAtMs + this.#options.answerWithinMs * (1 - margin);
  }

  #flowOf(target: string): string {
    return this.#state.fold(this.#state.withoutStatus(target));
  }

  #job(pending: PendingRequest): FloodJob {
    const { request } = pending;
    const dueAtMs = this.#limit(request, SEND_MARGIN);
    return {
      flow: this.#flowOf(request.target),
      dueAtMs,
      get linesLeft() {
        return pending.linesLeft + (pending.needsPing ? 1 : 0);
      },
      nextLine: () => {
        const isLate = pending.linesLeft > 0 && this.#clock.now() > dueAtMs;
        if (isLate) this.#settle(pending, pending.verdict(pending.lateReason));
        return this.#nextLine(pending) ?? (pending.needsPing ? this.#ping(pending) : undefined);
      },
    };
  }

  #nextLine(pending: PendingRequest): string | LabelledLine | undefined {
    if (pending.written === 0) pending.heldBefore = holds(pending.request.expect, this.#state);
    const next = pending.nextLine();
    if (next === undefined) return undefined;
    this.#written += 1;
    pending.lastWritten = this.#written;
    this.#askLater(pending);
    if (pending.signal !== "label") return next.line;
    return { line: next.line, label: this.#waiting.labelFor(pending, next.index) };
  }

  #ping(pending: PendingRequest): string {
    this.#written += 1;
    pending.pinged = this.#written;
    return `PING :${pending.token}`;
  }

  /** Labels and echoes come at once, or else a PING tells that they do not come at all. */
  #askLater(pending: PendingRequest): void {
    if (pending.signal === "ping" || pending.linesLeft > 0 || pending.stopAsking) return;
    pending.stopAsking = this.#clock.after(ASK_AFTER_MS, () => {
      // One that was sent later for another request tells of this one too.
      const isAsked = [...this.#asked.values()].some((place) => place >= pending.lastWritten);
      if (!pending.isAnswered && !isAsked) this.#ask();
    });
  }

  #ask(): void {
    const token = this.#waiting.newName();
    if (!this.#queue.soon(`PING :${token}`)) return;
    this.#asked.set(token, this.#written);
    const [oldest = token] = this.#asked.keys();
    if (this.#asked.size > MAX_SOON_LINES) this.#asked.delete(oldest);
  }

  /** The server answers in order: what was written before the PING has had its answers. */
  #ponged(token: string): void {
    const place = this.#asked.get(token) ?? this.#waiting.byToken(token)?.pinged ?? 0;
    this.#asked.delete(token);
    for (const pending of this.#waiting.all()) {
      if (pending.written === 0 || pending.linesLeft > 0 || pending.lastWritten > place) continue;
      pending.ponged = true;
      this.#decide(pending);
    }
  }

  #answered({ label, ends }: Labelled, message: IrcMessage): void {
    const line = this.#waiting.lineOf(label);
    if (line === undefined) return;
    const { pending, index } = line;
    if (isRefusal(message)) pending.refuse(reasonOf(message), index);
    else if (isSpeech(message) && this.#state.isMe(message.nick)) pending.take(index);
    // With echoes on, what is answered without one was passed on to nobody.
    if (ends && pending.request.expect.kind === "said" && this.#server.caps.has("echo-message")) {
      if (pending.isUnanswered(index)) pending.refuse(DROPPED, index);
    }
    if (ends) pending.take(index);
    this.#askLater(pending);
    this.#decide(pending);
  }

  #echoed(message: IrcMessage): void {
    // In a batch stands what was said before, by us too.
    if (!isSpeech(message) || message.tags["batch"] !== undefined) return;
    const echo = findEcho(message, this.#waiting.all(), this.#state);
    if (echo === undefined) return;
    echo.pending.take(echo.index);
    this.#decide(echo.pending);
  }

  /** An error is that of the oldest request that it can be about: the server answers in order. */
  #refused(message: IrcMessage): void {
    const sent = this.#waiting
      .all()
      .filter(({ written, signal }) => written > 0 && (signal !== "label" || !this.#hasLabels))
      .filter((pending) => isAbout(message, pending.request, this.#state));
    const pending = sent.find(({ ponged }) => !ponged) ?? sent[0];
    if (pending === undefined) return;
    pending.refuse(reasonOf(message));
    this.#askLater(pending);
    this.#decide(pending);
  }

  /** A slower server may tell of a change after the PONG, and somebody undo before the PONG what we did. */
  #lookForChanges(): void {
    for (const pending of this.#waiting.all()) {
      const { request, written, settled } = pending;
      if (settled || written === 0 || request.expect.kind === "said") continue;
      if (!holds(request.expect, this.#state)) continue;
      pending.echoed ||= !pending.heldBefore;
      if (pending.isAnswered) this.#settle(pending, undefined);
    }
  }

  /** Once the server has had its say, the request has its answer. */
  #decide(pending: PendingRequest): void {
    if (!pending.isAnswered) return;
    if (pending.settled) this.#waiting.forget(pending);
    else {
      // A PING has come back, and an echo has not.
      if (this.#isDropped(pending)) pending.refuse(DROPPED);
      const isSo =
        pending.echoed || pending.isRefused || holds(pending.request.expect, this.#state);
      if (isSo) this.#settle(pending, pending.verdict(undefined));
    }
  }

  /** Servers may take echoes back, and then owe none. */
  #isDropped({ signal, oldestUnanswered }: PendingRequest): boolean {
    return signal === "echo" && oldestUnanswered !== -1 && this.#server.caps.has("echo-message");
  }

  #settle(pending: PendingRequest, verdict: RequestOutcome): void {
    if (pending.settled) return;
    pending.settle(verdict);
    if (pending.isAnswered || pending.written === 0) this.#waiting.forget(pending);
    else this.#askLater(pending);
  }
}

export const NOT_CONNECTED = "not connected to the IRC network";
const LOST = "the connection to the IRC network was lost before it confirmed this";
const NOT_WANTED = "nobody waits for this any more";
const DROPPED = "the server passed it on to nobody, without a word";

function seconds(ms: number): number {
  return Math.ceil(ms / 1_000);
}

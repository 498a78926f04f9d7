/**
 * Determines the outcome of each request, on a protocol that confirms almost nothing.
 *
 * It uses the best means that the server has. With labeled-response each line has a label. Else,
 * with echo-message, the echo confirms a message. Else a PING with the request's id follows the
 * lines: the server answers in order, and an error before the PONG that names the request's target
 * belongs to the request. JOIN, PART and TOPIC succeed when their success condition is met. A PING
 * also asks for a label's answer or an echo that does not come.
 *
 * A request whose time is up is answered without the server's answer, but stays tracked until that
 * comes: a late error is then still attributed to it and not to the next request. Meanwhile nothing
 * further is sent, since the server would read it too late as well.
 */

import type { Clock } from "../clock.ts";
import type { IrcMessage } from "../message/irc-message.ts";
import type { RequestOptions } from "../options.ts";
import type { IrcState } from "../state/irc-state.ts";
import { concerns, findEcho, isMessage, isRefusal, reasonOf } from "./error-attribution.ts";
import {
  type FloodJob,
  type FloodQueue,
  MAX_PRIORITY_LINES,
  type TaggedLine,
} from "./flood-queue.ts";
import {
  type IrcRequest,
  isMet,
  isWithoutTrace,
  type RequestDemand,
  type RequestOutcome,
  type SuccessCondition,
} from "./irc-request.ts";
import { type Labelled, LabelReader } from "./labels.ts";
import { type Confirmation, PendingRequest } from "./pending-request.ts";
import { WaitingRequests } from "./waiting-requests.ts";

/** Milliseconds after which a PING asks for a label's answer or an echo that has not come. */
const PROBE_AFTER_MS = 2_000;

/** Shares of `answerWithinMs` at its end in which no line is sent, and no answer awaited. */
const SEND_MARGIN = 0.1;
const ANSWER_MARGIN = 0.05;

export class RequestTracker {
  readonly #state: IrcState;
  readonly #queue: FloodQueue;
  readonly #options: RequestOptions;
  readonly #clock: Clock;
  readonly #labels = new LabelReader();
  readonly #waiting = new WaitingRequests();
  /** PINGs that ask for missing answers, each with the position of the last line before it. */
  readonly #probes = new Map<string, number>();
  /** Lines of requests, and their PINGs, that were sent so far. */
  #position = 0;

  constructor(state: IrcState, queue: FloodQueue, options: RequestOptions, clock: Clock) {
    this.#state = state;
    this.#queue = queue;
    this.#options = options;
    this.#clock = clock;
  }

  /** Queues the request's lines. Resolves within `answerWithinMs` of its arrival. */
  submit(request: IrcRequest): Promise<RequestOutcome> {
    const refusal = this.refusal({ ...request, lineCount: request.lines.length });
    if (refusal !== undefined) return Promise.resolve(refusal);
    const confirmation = this.#confirmationOf(request.success);
    const { promise, resolve } = Promise.withResolvers<RequestOutcome>();
    this.#queue.add(this.#job(this.#add(request, confirmation, resolve)));
    return promise;
  }

  /** A line of the server, after `IrcState` has received it. */
  receive(message: IrcMessage): void {
    const labelled = this.#labels.read(message);
    if (this.#waiting.size === 0) return;
    this.#checkConditions();
    if (message.command === "PONG") this.#pongReceived(message.params.at(-1) ?? "");
    else if (labelled !== undefined) this.#labelAnswered(labelled, message);
    else if (isRefusal(message)) this.#errorReceived(message);
    else if (this.#state.isMe(message.nick)) this.#echoReceived(message);
  }

  /** The outcome of requests that wait cannot be known any more. */
  connectionLost(): void {
    for (const pending of this.#waiting.all()) {
      this.#settle(pending, pending.outcome(pending.sent === 0 ? NOT_CONNECTED : LOST));
      this.#waiting.forget(pending);
    }
  }

  #confirmationOf({ kind }: SuccessCondition): Confirmation {
    if (this.#hasLabels) return "label";
    return kind === "sent" && this.#state.caps.has("echo-message") ? "echo" : "ping";
  }

  /** Servers may withdraw the capability. */
  get #hasLabels(): boolean {
    const { caps } = this.#state;
    return caps.has("labeled-response") && caps.has("batch");
  }

  /** Why it would be refused now; undefined: it would not. */
  refusal({ arrivedAtMs, target, lineCount, success, signal }: RequestDemand): RequestOutcome {
    if (signal?.aborted === true) return NOT_WANTED;
    const { answerWithinMs, sendBudgetMs, maxWaitingRequests, pingTimeoutMs } = this.#options;
    const overdueMs = this.#waiting.overdueMs(this.#clock.now(), pingTimeoutMs);
    if (overdueMs !== undefined) {
      return `not sent: the network has not answered for ${seconds(overdueMs)} s`;
    }
    if (this.#waiting.size >= maxWaitingRequests) {
      return `${this.#waiting.size} requests already wait for the network`;
    }
    const limitMs = Math.min(sendBudgetMs, answerWithinMs * (1 - SEND_MARGIN));
    const lines = lineCount + Number(this.#confirmationOf(success) === "ping");
    const queueKey = this.#queueKeyOf(target);
    if (this.#queue.fits({ lines, queueKey, dueAtMs: arrivedAtMs + limitMs })) return undefined;
    const takesMs = this.#clock.now() - arrivedAtMs + this.#queue.delayMs(lines);
    return `would take ${seconds(takesMs)} s at this server's rate (limit ${seconds(limitMs)} s)`;
  }

  #add(
    request: IrcRequest,
    confirmation: Confirmation,
    resolve: (outcome: RequestOutcome) => void,
  ): PendingRequest {
    const dueAtMs = this.#limit(request, ANSWER_MARGIN);
    const token = this.#waiting.tokenFor(request.id);
    const pending = new PendingRequest(request, { confirmation, token, dueAtMs }, resolve);
    const expire = () => this.#settle(pending, pending.outcome(pending.lateReason));
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

  /** The end of `answerWithinMs`, less the share `margin` of it. */
  #limit({ arrivedAtMs }: IrcRequest, margin: number): number {
    return arrivedAtMs + this.#options.answerWithinMs * (1 - margin);
  }

  #queueKeyOf(target: string): string {
    return this.#state.fold(this.#state.withoutStatus(target));
  }

  #job(pending: PendingRequest): FloodJob {
    const { request } = pending;
    const dueAtMs = this.#limit(request, SEND_MARGIN);
    return {
      queueKey: this.#queueKeyOf(request.target),
      dueAtMs,
      get linesLeft() {
        return pending.linesLeft + (pending.needsPing ? 1 : 0);
      },
      nextLine: () => {
        const isLate = pending.linesLeft > 0 && this.#clock.now() > dueAtMs;
        if (isLate) this.#settle(pending, pending.outcome(pending.lateReason));
        return this.#nextLine(pending) ?? (pending.needsPing ? this.#ping(pending) : undefined);
      },
    };
  }

  #nextLine(pending: PendingRequest): string | TaggedLine | undefined {
    if (pending.sent === 0) pending.wasMetBefore = isMet(pending.request.success, this.#state);
    const next = pending.nextLine();
    if (next === undefined) return undefined;
    this.#position += 1;
    pending.lastPosition = this.#position;
    this.#probeLater(pending);
    const { index, ...line } = next;
    if (pending.confirmation !== "label") return line;
    return { ...line, label: this.#waiting.labelFor(pending, index) };
  }

  #ping(pending: PendingRequest): string {
    this.#position += 1;
    pending.pingPosition = this.#position;
    return `PING :${pending.token}`;
  }

  /** Labels and echoes are answered at once; if not, a PING shows whether they are at all. */
  #probeLater(pending: PendingRequest): void {
    if (pending.confirmation === "ping" || pending.linesLeft > 0 || pending.cancelProbe) return;
    pending.cancelProbe = this.#clock.after(PROBE_AFTER_MS, () => {
      // A PING that was sent later for another request answers for this one too.
      const isProbed = [...this.#probes.values()].some((at) => at >= pending.lastPosition);
      if (!pending.isAnswered && !isProbed) this.#probe();
    });
  }

  #probe(): void {
    const token = this.#waiting.newToken();
    if (!this.#queue.addPriority(`PING :${token}`)) return;
    this.#probes.set(token, this.#position);
    const [oldest = token] = this.#probes.keys();
    if (this.#probes.size > MAX_PRIORITY_LINES) this.#probes.delete(oldest);
  }

  /** The server answers in order: lines before the PING have had their answers. */
  #pongReceived(token: string): void {
    const position = this.#probes.get(token) ?? this.#waiting.byToken(token)?.pingPosition ?? 0;
    this.#probes.delete(token);
    for (const pending of this.#waiting.all()) {
      if (pending.sent === 0 || pending.linesLeft > 0 || pending.lastPosition > position) continue;
      pending.hasPong = true;
      this.#decide(pending);
    }
  }

  #labelAnswered({ label, ends }: Labelled, message: IrcMessage): void {
    const line = this.#waiting.lineOf(label);
    if (line === undefined) return;
    const { pending, index } = line;
    if (isRefusal(message)) pending.refuse(reasonOf(message), index);
    else if (isMessage(message) && this.#state.isMe(message.nick)) pending.confirm(index, message);
    // With echo-message, a message that is answered without its echo was dropped.
    if (ends && pending.request.success.kind === "sent" && this.#state.caps.has("echo-message")) {
      if (pending.isUnanswered(index)) pending.refuse(DROPPED, index);
    }
    if (ends) pending.confirm(index);
    this.#probeLater(pending);
    this.#decide(pending);
  }

  #echoReceived(message: IrcMessage): void {
    // Batches hold old messages, also of the bot.
    if (!isMessage(message) || message.tags["batch"] !== undefined) return;
    const echo = findEcho(message, this.#waiting.all(), this.#state);
    if (echo === undefined) return;
    echo.pending.confirm(echo.index, message);
    this.#decide(echo.pending);
  }

  /** An error belongs to the oldest request that it can concern: the server answers in order. */
  #errorReceived(message: IrcMessage): void {
    const sent = this.#waiting
      .all()
      .filter(
        ({ sent: lines, confirmation }) =>
          lines > 0 && (confirmation !== "label" || !this.#hasLabels),
      )
      .filter((pending) => concerns(message, pending.request, this.#state));
    const pending = sent.find(({ hasPong }) => !hasPong) ?? sent[0];
    if (pending === undefined) return;
    pending.refuse(reasonOf(message));
    this.#probeLater(pending);
    this.#decide(pending);
  }

  /** A change may come after the PONG, and somebody may undo it before the PONG. */
  #checkConditions(): void {
    for (const pending of this.#waiting.all()) {
      const { success } = pending.request;
      if (pending.settled || pending.sent === 0 || isWithoutTrace(success)) continue;
      if (!isMet(success, this.#state)) continue;
      pending.becameMet ||= !pending.wasMetBefore;
      if (pending.isAnswered) this.#settle(pending, undefined);
    }
  }

  /** Settles a request that the server has answered. */
  #decide(pending: PendingRequest): void {
    if (!pending.isAnswered) return;
    if (pending.settled) this.#waiting.forget(pending);
    else {
      // The PONG has come, and the echo has not.
      if (this.#isDropped(pending)) pending.refuse(DROPPED);
      const isKnown =
        pending.becameMet || pending.isRefused || isMet(pending.request.success, this.#state);
      if (isKnown) this.#settle(pending, pending.outcome(undefined));
    }
  }

  /** A server that has withdrawn echo-message sends no echo. */
  #isDropped({ confirmation, oldestUnanswered }: PendingRequest): boolean {
    return (
      confirmation === "echo" && oldestUnanswered !== -1 && this.#state.caps.has("echo-message")
    );
  }

  #settle(pending: PendingRequest, outcome: RequestOutcome): void {
    if (pending.settled) return;
    pending.settle(outcome);
    if (pending.isAnswered || pending.sent === 0) this.#waiting.forget(pending);
    else this.#probeLater(pending);
  }
}

export const NOT_CONNECTED = "not connected to the IRC network";
const LOST = "the connection to the IRC network was lost before it confirmed this";
const NOT_WANTED = "nobody waits for this any more";
const DROPPED = "the server passed it on to nobody, without a word";

const seconds = (ms: number) => Math.ceil(ms / 1_000);

/**
 * Finds out what became of each request on a network that never says yes.
 *
 * A message has no positive answer on IRC. So the lines of a request are followed by a PING with
 * the request's id: the server answers in order, and an error that names the request's target
 * before the PONG belongs to it. JOIN, PART and TOPIC succeed by their own echo.
 */
import type { IrcMessage } from "irc-framework";
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
}

/** undefined: it happened. Otherwise why not. */
export type Verdict = string | undefined;

export interface VerdictOptions {
  /** Milliseconds from arrival in which core wants its answer. */
  readonly answerWithinMs: number;
  /** Requests that may wait at once; one more is refused. */
  readonly maxWaitingRequests: number;
}

/** The answer must have reached core before its limit: nothing is sent, and no answer awaited, later. */
const SEND_MARGIN = 0.15;
const ANSWER_MARGIN = 0.05;

/** Errors about the nick we asked for; they name a nick, but are not about a message to it. */
const NICK_ERRORS = new Set(["431", "432", "433", "436"]);
/** Errors about the line just read, without a target: no recipient, no text, line too long. */
const LINE_ERRORS = new Set(["411", "412", "417"]);
/** Errors that name the command instead of a target: unknown command, not enough parameters. */
const COMMAND_ERRORS = new Set(["421", "461"]);

const PING_TOKEN = /^[!-9;-~][!-~]{0,99}$/;

interface Pending {
  readonly request: IrcRequest;
  readonly token: string;
  readonly settle: (verdict: Verdict) => void;
  /** Lines written so far, the PING included. */
  written: number;
  ponged: boolean;
  failure: string | undefined;
  cancelTimer: () => void;
}

export class Verdicts {
  readonly #state: NetworkState;
  readonly #queue: FloodQueue;
  readonly #options: VerdictOptions;
  readonly #clock: FloodClock;
  /** By token, oldest first. */
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
    return new Promise((resolve) => {
      const token = this.#tokenFor(request.id);
      const pending: Pending = {
        request,
        token,
        settle: resolve,
        written: 0,
        ponged: false,
        failure: undefined,
        cancelTimer: this.#clock.after(this.#leftMs(request, ANSWER_MARGIN), () =>
          this.#settle(pending, pending.failure ?? lateReason(pending)),
        ),
      };
      this.#pending.set(token, pending);
      this.#queue.add(this.#job(pending));
    });
  }

  /** A line of the server, after the network's state has taken it in. */
  receive(message: IrcMessage): void {
    if (message.command === "PONG") this.#ponged(message.params.at(-1) ?? "");
    else if (/^[4-9]\d\d$/.test(message.command)) this.#failed(message);
    else if (this.#pending.size > 0) this.#confirmEchoes();
  }

  /** The connection is gone: nothing that waits can be known any more. */
  connectionLost(): void {
    for (const pending of [...this.#pending.values()]) {
      const reason = pending.written === 0 ? NOT_CONNECTED : LOST;
      this.#settle(pending, pending.failure ?? reason);
    }
  }

  #refusal(request: IrcRequest): Verdict {
    if (this.#pending.size >= this.#options.maxWaitingRequests) {
      return `${this.#pending.size} requests already wait for the network`;
    }
    if (this.#queue.delayMs(request.lines.length + 1) <= this.#leftMs(request, SEND_MARGIN)) {
      return undefined;
    }
    return `not sent: ${request.lines.length} lines would take longer than core waits at the pace this network allows`;
  }

  /** Milliseconds until the request's time is up but for `margin`, a part of the whole. */
  #leftMs(request: IrcRequest, margin: number): number {
    const limit = request.arrivedAtMs + this.#options.answerWithinMs * (1 - margin);
    return Math.max(0, limit - this.#clock.now());
  }

  #tokenFor(id: string): string {
    if (PING_TOKEN.test(id) && !this.#pending.has(id)) return id;
    this.#tokens += 1;
    return `seabird-${this.#tokens}`;
  }

  #job(pending: Pending): FloodJob {
    const { request, token } = pending;
    const isOver = () =>
      this.#pending.get(token) !== pending || pending.written > request.lines.length;
    const nextLine = (): string | undefined => {
      if (isOver()) return undefined;
      if (this.#leftMs(request, SEND_MARGIN) === 0) {
        this.#settle(pending, pending.failure ?? lateReason(pending));
        return undefined;
      }
      // After an error the rest would only meet the same one: ask for the PONG at once.
      if (pending.failure !== undefined) pending.written = request.lines.length;
      const line = request.lines[pending.written] ?? `PING :${token}`;
      pending.written += 1;
      return line;
    };
    return {
      get linesLeft() {
        if (isOver()) return 0;
        return pending.failure === undefined ? request.lines.length + 1 - pending.written : 1;
      },
      nextLine,
    };
  }

  #ponged(token: string): void {
    const pending = this.#pending.get(token);
    if (pending === undefined) return;
    pending.ponged = true;
    if (pending.failure !== undefined) this.#settle(pending, pending.failure);
    else if (this.#holds(pending.request.expect)) this.#settle(pending, undefined);
  }

  /** What a PONG came too early for: an echo that a slower server sends after it. */
  #confirmEchoes(): void {
    for (const pending of [...this.#pending.values()]) {
      if (pending.ponged && this.#holds(pending.request.expect)) this.#settle(pending, undefined);
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
    const reason = message.params.at(-1) ?? "";
    pending.failure ??= `${reason || "refused"} (${message.command})`;
    if (pending.ponged) this.#settle(pending, pending.failure);
  }

  /** The oldest request that the error is about: the server answers in order. */
  #blamed({ command, params }: IrcMessage): Pending | undefined {
    const [, named] = params;
    if (NICK_ERRORS.has(command)) return undefined;
    for (const pending of this.#pending.values()) {
      if (pending.written === 0) continue;
      if (LINE_ERRORS.has(command)) return pending;
      if (named === undefined) continue;
      if (COMMAND_ERRORS.has(command)) {
        if (pending.request.lines[0]?.startsWith(`${named.toUpperCase()} `)) return pending;
      } else if (this.#state.isSame(named, pending.request.target)) {
        return pending;
      }
    }
    return undefined;
  }

  #settle(pending: Pending, verdict: Verdict): void {
    if (this.#pending.get(pending.token) !== pending) return;
    this.#pending.delete(pending.token);
    pending.cancelTimer();
    pending.settle(verdict);
  }
}

export const NOT_CONNECTED = "not connected to the IRC network";
const LOST = "the connection to the IRC network was lost before it confirmed this";

function lateReason({ written, request, ponged }: Pending): string {
  const count = request.lines.length;
  if (written === 0) return "not sent: its turn under the network's flood limit came too late";
  if (written < count) return `only ${written} of ${count} lines were sent in time`;
  return ponged ? "the network did not do it" : "the network did not confirm it in time";
}

/** Runs core's requests within bounds and gives each of them exactly one answer. */
import type { ChatRequest } from "@seabird-chat/protocol";
import { errorMessage } from "@seabird-chat/runtime";
import { onAbort } from "../link/abortable.ts";
import type { Clock } from "../link/clock.ts";
import type { Connection } from "../link/connection.ts";
import type { Log } from "../program/log.ts";
import type { BackendConnection, RequestInfo } from "./backend-connection.ts";
import { isRefused } from "./backend-errors.ts";
import type { Channels } from "./channels.ts";
import type { RepeatedRequests } from "./repeated-requests.ts";
import { type Answer, failed } from "./request-kind.ts";
import { isSupported, requestKind, type SendKind } from "./requests.ts";

/** The connection to the network. */
export interface Connected<Config = unknown> {
  readonly connection: BackendConnection<Config>;
  /** Aborted once it has ended, `close` included. */
  readonly ended: AbortSignal;
}

export interface RequestRunnerDeps {
  /** The backend's type, for the texts of refusals. */
  readonly type: string;
  readonly sends?: readonly SendKind[] | undefined;
  /** Undefined while the network is away. */
  readonly connected: () => Connected | undefined;
  readonly channels: Channels;
  /** Of all sessions. */
  readonly repeated: RepeatedRequests;
  /** Plain HTTP at core, for files. */
  readonly http: Connection["http"];
  /** The answer to GetBackendInfo. */
  readonly metadata: () => Promise<Record<string, string>>;
  /** The next request is read when one of these has ended. */
  readonly maxAtOnce: number;
  /** After this the request is answered Failed. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Called at the beginning and the end of each request. */
  readonly onActivity: (change: 1 | -1) => void;
  /** Called once for each request; not at all for requests whose session is over. */
  readonly answer: (requestId: string, answer: Answer) => void;
}

/** Core's own, and the longest that anybody waits for an answer. */
const CORE_TIMEOUT_MS = 10_000;

/** One for each session with core. */
export class RequestRunner {
  readonly #deps: RequestRunnerDeps;
  readonly #over: AbortSignal;
  readonly #running = new Set<Promise<void>>();
  /** Resolves when less than too many run. */
  #capacity: PromiseWithResolvers<void> | undefined;
  #isStopped = false;

  /** `over` is aborted when the session has ended. */
  constructor(deps: RequestRunnerDeps, over: AbortSignal) {
    this.#deps = deps;
    this.#over = over;
  }

  /** Begins the request. Undefined, or a promise that resolves when one of too many has ended. */
  run(request: ChatRequest): Promise<void> | undefined {
    if (this.#isStopped) {
      this.#deps.answer(request.id, failed("the backend is leaving"));
      return undefined;
    }
    const running = this.#answer(request);
    this.#running.add(running);
    void running.then(() => this.#ended(running));
    if (this.#hasCapacity) return undefined;
    this.#capacity ??= Promise.withResolvers<void>();
    return this.#capacity.promise;
  }

  /** From now on requests are answered Failed: their success might not reach core any more. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Resolves when every request begun so far has been answered. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  get #hasCapacity(): boolean {
    return this.#running.size < this.#deps.maxAtOnce;
  }

  #ended(running: Promise<void>): void {
    this.#running.delete(running);
    if (!this.#hasCapacity) return;
    this.#capacity?.resolve();
    this.#capacity = undefined;
  }

  /** The first to come is the answer: the connection's, the time limit, or an end. */
  async #answer(request: ChatRequest): Promise<void> {
    const { type, clock, timeoutMs, onActivity, answer, connected, repeated } = this.#deps;
    const { timeoutMs: longest = 0 } =
      (request.inner.case !== undefined &&
        request.inner.case !== "metadata" &&
        requestKind(request.inner.case)) ||
      {};
    const stop = new AbortController();
    const { promise: stopped, resolve } = Promise.withResolvers<Answer>();
    const stopWith = (reason: string) => () => {
      stop.abort();
      resolve(failed(reason));
    };
    // A request belongs to the connection on which it began.
    const network = request.inner.case === "metadata" ? undefined : connected();
    const forget = [
      clock.after(Math.max(timeoutMs, longest), stopWith("the backend took too long")),
      onAbort(this.#over, stopWith("the session is over")),
      network && onAbort(network.ended, stopWith(`${type} lost its connection`)),
    ];
    onActivity(1);
    try {
      const result = await Promise.race([this.#ask(request, network, stop.signal), stopped]);
      if (this.#over.aborted) return;
      answer(request.id, result);
      repeated.told(request.id, !stop.signal.aborted);
    } finally {
      for (const each of forget) each?.();
      onActivity(-1);
    }
  }

  /** Never rejects. */
  async #ask(
    { id, inner }: ChatRequest,
    network: Connected | undefined,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { type, sends, channels, metadata, clock, log, http, repeated } = this.#deps;
    if (inner.case === "metadata") {
      const values = await metadata();
      return () => ({ case: "metadata", value: { values } });
    }
    const kind = inner.case && requestKind(inner.case);
    if (kind === undefined || inner.case === undefined)
      return failed("not supported by this backend");
    const before = repeated.find(id);
    if (before !== undefined) return before.catch((reason) => failed(errorMessage(reason)));
    if (network === undefined) return failed(`${type} is not connected`);
    const { connection, ended } = network;
    if (!isSupported(kind, connection, sends)) return failed(`${type} cannot ${kind.cannot}`);
    const receivedAtMs = clock.now();
    const deadlineMs = receivedAtMs + Math.max(CORE_TIMEOUT_MS, kind.timeoutMs ?? 0);
    const info: RequestInfo = {
      ...{
        requestId: id,
        tags: "tags" in inner.value ? inner.value.tags : {},
        signal,
        receivedAtMs,
        deadlineMs,
      },
    };
    try {
      const warn = (problem: string) =>
        log.warn({ problem, request: kind.capability }, "a request's result is not valid");
      const context = { channels, warn, http };
      const run = async () =>
        kind.run(connection as Required<BackendConnection>, inner.value, info, context);
      return await (kind.needs === "send" ? repeated.begin(id, run) : run());
    } catch (reason) {
      const isFault = !isRefused(reason) && !ended.aborted;
      if (isFault) log.warn({ error: reason, request: kind.capability }, "a request failed");
      return failed(errorMessage(reason));
    }
  }
}

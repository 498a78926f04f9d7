/** Runs a backend's handlers within bounds and gives each request exactly one answer. */
import type { ChatRequest } from "@seabird-chat/protocol";
import type { Clock } from "../link/clock.ts";
import { type Answer, failed } from "./answers.ts";
import { answerTo, type BackendHandlers } from "./requests.ts";

export interface AnswererOptions {
  readonly handlers: BackendHandlers;
  readonly maxAtOnce: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Called once per request; not at all for requests whose session is over. */
  readonly answer: (requestId: string, answer: Answer) => void;
}

/** One per session with core. */
export class Answerer {
  readonly #options: AnswererOptions;
  readonly #over: AbortSignal;
  readonly #running = new Set<Promise<void>>();
  #stopped = false;

  constructor(options: AnswererOptions, over: AbortSignal) {
    this.#options = options;
    this.#over = over;
  }

  /** Starts the handler. Resolves at once, or when one of too many has ended. */
  async take(request: ChatRequest): Promise<void> {
    if (this.#stopped) {
      this.#options.answer(request.id, failed("the backend is leaving"));
      return;
    }
    const run = this.#run(request);
    this.#running.add(run);
    void run.then(() => this.#running.delete(run));
    while (this.#running.size >= this.#options.maxAtOnce) await Promise.race(this.#running);
  }

  /**
   * From now on requests are answered Failed and not handled: core might be told no more that
   * they were done.
   */
  stop(): void {
    this.#stopped = true;
  }

  /** Resolves when every handler taken so far has been answered for. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #run(request: ChatRequest): Promise<void> {
    const { handlers, timeoutMs, clock, answer } = this.#options;
    const stop = new AbortController();
    const stopTimer = clock.after(timeoutMs, () => stop.abort());
    const onOver = () => stop.abort();
    this.#over.addEventListener("abort", onOver, { once: true });
    const context = {
      requestId: request.id,
      signal: stop.signal,
      receivedAtMs: clock.now(),
    };
    const stopped = new Promise<Answer>((resolve) => {
      stop.signal.addEventListener("abort", () => resolve(failed("the backend took too long")), {
        once: true,
      });
    });
    try {
      const result = await Promise.race([answerTo(request, handlers, context), stopped]);
      if (!this.#over.aborted) answer(request.id, result);
    } finally {
      stopTimer();
      this.#over.removeEventListener("abort", onOver);
    }
  }
}

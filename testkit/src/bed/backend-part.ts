/** The backend under test, as a part of its bed. */
import type { RunningBackend } from "@seabird-chat/sdk/backend";
import { inRealTime, realWait } from "../time/real-wait.ts";
import type { Part, Stage } from "./stage.ts";

/** A state with how long it waits, if it does. */
type State = { readonly state: string; readonly retryInMs?: number };

/** Simulated milliseconds that pass at a time while a backend takes long to leave. */
const CLOSING_STEP_MS = 1_000;
/** Real milliseconds after which it counts as taking long. */
const CLOSING_SOON_MS = 250;

export class BackendPart implements Part {
  readonly kind = "backend";
  readonly name: string;
  readonly #stage: Stage;
  readonly #begin: () => RunningBackend;
  #running: RunningBackend | undefined;
  #core: State = { state: "connecting" };
  #network: State = { state: "connecting" };
  #failure: { readonly reason: unknown } | undefined;

  constructor(name: string, stage: Stage, begin: () => RunningBackend) {
    this.name = name;
    this.#stage = stage;
    this.#begin = begin;
  }

  get isUp(): boolean {
    return this.#core.state === "connected";
  }

  get isOnNetwork(): boolean {
    return this.#network.state === "connected";
  }

  async start(): Promise<void> {
    const running = this.#begin();
    this.#running = running;
    void watch(running.coreStates(), (state) => {
      this.#core = state;
    });
    void watch(running.networkStates(), (state) => {
      this.#network = state;
    });
    running.onActivity(() => this.#stage.stillness.tick());
    running.ended().catch((reason: unknown) => {
      this.#failure = { reason };
    });
    await this.connected();
  }

  /** Lets the time pass that a link or the network's connection waits before it tries again. */
  async connected(): Promise<void> {
    const states = () => `core: ${this.#core.state}, network: ${this.#network.state}`;
    await realWait(
      this.#stage.patienceMs,
      async () => {
        if (this.#failure !== undefined) throw this.#failure.reason;
        if (this.isUp && this.isOnNetwork) return true;
        for (const { state, retryInMs = 0 } of [this.#core, this.#network]) {
          if (state === "waiting") await this.#stage.clock.advance(retryInMs);
        }
        return false;
      },
      () =>
        `${this.name} did not connect (${states()}); in the log:${this.#stage.log.complaints()}`,
    );
  }

  async close(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    let closed = false;
    const closing = running.close().finally(() => {
      closed = true;
    });
    const startedAtMs = performance.now();
    await realWait(
      this.#stage.patienceMs,
      async () => {
        const takesLong = performance.now() - startedAtMs > CLOSING_SOON_MS;
        if (!closed && takesLong) await this.#stage.clock.advance(CLOSING_STEP_MS);
        return closed;
      },
      () => `${this.name} did not leave`,
    );
    await inRealTime(this.#stage.patienceMs, closing, () => `${this.name} did not leave`);
  }
}

async function watch(states: AsyncIterable<State>, then: (state: State) => void): Promise<void> {
  try {
    for await (const state of states) then(state);
  } catch {
    // It ended before it began, and says why elsewhere.
  }
}

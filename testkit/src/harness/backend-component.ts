/** The backend under test, as a component of its harness. */
import type { RunningBackend } from "@seabird-chat/sdk/backend";
import { inRealTime, realWait } from "../time/real-wait.ts";
import type { Component, Harness } from "./harness.ts";

/** A link's state, with the pause if it waits. */
type State = { readonly state: string; readonly retryInMs?: number };

/** Milliseconds by which the clock advances at a time while a backend takes long to connect or to close. */
const STEP_MS = 1_000;
/** Real milliseconds after which connecting counts as taking long, and between two steps of the clock. */
const CONNECTING_SOON_MS = 3_000;
/** Real milliseconds after which closing counts as taking long. */
const CLOSING_SOON_MS = 250;

export class BackendComponent implements Component {
  readonly kind = "backend";
  readonly name: string;
  readonly #harness: Harness;
  readonly #begin: () => RunningBackend;
  #running: RunningBackend | undefined;
  #core: State = { state: "connecting" };
  #network: State = { state: "connecting" };
  #isAway = true;
  #failure: { readonly reason: unknown } | undefined;

  constructor(name: string, harness: Harness, begin: () => RunningBackend) {
    this.name = name;
    this.#harness = harness;
    this.#begin = begin;
  }

  get isUp(): boolean {
    return this.#core.state === "connected";
  }

  get isOnNetwork(): boolean {
    return !this.#isAway;
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
    void watch(running.networkStatuses(), ({ state }) => {
      this.#isAway = state === "away";
    });
    running.onActivity(() => this.#harness.idle.tick());
    running.ended().catch((reason: unknown) => {
      this.#failure = { reason };
    });
    await this.connected();
  }

  /**
   * Advances the clock by the pauses of the link and of the network's connection; and step by step where it
   * takes long, since a network's own pause before another attempt shows nowhere.
   */
  async connected(): Promise<void> {
    let nextStepAtMs = performance.now() + CONNECTING_SOON_MS;
    const states = () => `core: ${this.#core.state}, network: ${this.#network.state}`;
    await realWait(
      this.#harness.timeoutMs,
      async () => {
        if (this.#failure !== undefined) throw this.#failure.reason;
        if (this.isUp && this.isOnNetwork) return true;
        for (const { state, retryInMs = 0 } of [this.#core, this.#network]) {
          if (state === "waiting") await this.#harness.clock.advance(retryInMs);
        }
        if (performance.now() > nextStepAtMs) {
          await this.#harness.clock.advance(STEP_MS);
          nextStepAtMs = performance.now() + CONNECTING_SOON_MS;
        }
        return false;
      },
      () =>
        `${this.name} did not connect (${states()}); in the log:${this.#harness.log.warnings()}`,
    );
  }

  /** Waits in real time, with the clock standing still. */
  lost(): Promise<void> {
    return realWait(
      this.#harness.timeoutMs,
      () => !this.isOnNetwork,
      () => `${this.name} is still on its network`,
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
      this.#harness.timeoutMs,
      async () => {
        const takesLong = performance.now() - startedAtMs > CLOSING_SOON_MS;
        if (!closed && takesLong) await this.#harness.clock.advance(STEP_MS);
        return closed;
      },
      () => `${this.name} did not close`,
    );
    await inRealTime(this.#harness.timeoutMs, closing, () => `${this.name} did not close`);
  }
}

async function watch(states: AsyncIterable<State>, then: (state: State) => void): Promise<void> {
  try {
    for await (const state of states) then(state);
  } catch {
    // It ended before it began; `ended()` rejects with the reason.
  }
}

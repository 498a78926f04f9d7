/**
 * Stays on an IRC network: connects, joins, and connects again when the connection is lost.
 *
 * Knows nothing of Seabird. Channels that were joined, by configuration or on request, are
 * joined again after a reconnect; those that we left or were kicked from are not, since a person
 * decided that.
 */
import { type FloodClock, systemClock } from "./flood-queue.ts";
import { MAX_CHANNELS } from "./limits.ts";
import { foldName } from "./line.ts";
import { type IrcEvent, NetworkState } from "./network-state.ts";
import type { ChannelToJoin, IrcOptions } from "./options.ts";
import { IrcSession } from "./session.ts";
import { type IrcRequest, NOT_CONNECTED, type Verdict } from "./verdicts.ts";

export type ConnectionStatus =
  | { readonly status: "connecting"; readonly attempt: number }
  | { readonly status: "welcomed"; readonly nick: string }
  /** Every configured channel was joined or refused. At most once per connection. */
  | { readonly status: "settled" }
  | { readonly status: "identify_refused"; readonly reason: string }
  | { readonly status: "join_refused"; readonly channel: string; readonly reason: string }
  | { readonly status: "lost"; readonly reason: string; readonly retryInMs: number };

export interface ConnectionHooks {
  event(event: IrcEvent): void;
  status(status: ConnectionStatus): void;
  /** Each line, for the log's debug level; secrets are taken out. */
  line(direction: "in" | "out", line: string): void;
}

/** A connection that lasted this long was a good one: the pauses begin small again. */
const STABLE_AFTER_MS = 30_000;

/** Channels are taken as settled at the latest after this time. */
const SETTLE_WITHIN_MS = 10_000;

export class IrcConnection {
  readonly #options: IrcOptions;
  readonly #hooks: ConnectionHooks;
  readonly #clock: FloodClock;
  /** To be joined after each connect, by folded name. */
  #wanted = new Map<string, ChannelToJoin>();
  readonly #unsettled = new Set<string>();
  readonly #closing = new AbortController();
  readonly #offline: NetworkState;
  readonly #over: Promise<void>;
  #session: IrcSession | undefined;
  #cancelSettling: (() => void) | undefined;
  #failures = 0;

  constructor(options: IrcOptions, hooks: ConnectionHooks, clock: FloodClock = systemClock) {
    this.#options = options;
    this.#hooks = hooks;
    this.#clock = clock;
    this.#offline = new NetworkState(options.nick);
    for (const channel of options.channels) this.#wanted.set(this.#fold(channel.name), channel);
    this.#over = this.#live();
  }

  /** What is known of the network; while there is no connection, the usual rules. */
  get state(): NetworkState {
    return this.#session?.state ?? this.#offline;
  }

  /** Never rejects: resolves with undefined for success, else with the reason. */
  async request(request: IrcRequest, key?: string): Promise<Verdict> {
    const session = this.#session;
    if (session === undefined) return NOT_CONNECTED;
    const verdict = await session.request(request);
    if (verdict === undefined && request.expect.kind === "joined") {
      this.#want({ name: request.expect.channel, key });
    }
    return verdict;
  }

  #want(channel: ChannelToJoin): void {
    // Kicked in the same moment, we do not come back.
    if (this.state.topicOf(channel.name) === undefined) return;
    if (this.#wanted.size < MAX_CHANNELS) this.#wanted.set(this.#fold(channel.name), channel);
  }

  /** Leaves the network. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#session?.close("Seabird is going");
    await this.#over;
  }

  async #live(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      this.#hooks.status({ status: "connecting", attempt: this.#failures + 1 });
      const startedAt = this.#clock.now();
      const reason = await this.#connectOnce();
      if (this.#closing.signal.aborted) return;
      this.#failures = this.#clock.now() - startedAt > STABLE_AFTER_MS ? 1 : this.#failures + 1;
      const retryInMs = this.#pauseMs();
      this.#hooks.status({ status: "lost", reason, retryInMs });
      await this.#pause(retryInMs);
    }
  }

  async #connectOnce(): Promise<string> {
    const session = new IrcSession(
      this.#options,
      () => [...this.#wanted.values()],
      {
        event: (event) => this.#event(event),
        welcomed: () => this.#welcomed(),
        identifyRefused: (reason) => this.#hooks.status({ status: "identify_refused", reason }),
        joinRefused: (channel, reason) => this.#joinRefused(channel, reason),
        line: (direction, line) => this.#hooks.line(direction, line),
      },
      this.#clock,
    );
    this.#session = session;
    const reason = await session.ended;
    this.#session = undefined;
    this.#stopSettling();
    return reason;
  }

  #event(event: IrcEvent): void {
    if (event.kind === "left" && event.why !== "lost")
      this.#wanted.delete(this.#fold(event.channel));
    this.#hooks.event(event);
    if (event.kind === "joined") this.#settle(event.channel);
  }

  #welcomed(): void {
    // Only now it is known which names are the same here.
    this.#wanted = new Map([...this.#wanted.values()].map((each) => [this.#fold(each.name), each]));
    for (const name of this.#wanted.keys()) this.#unsettled.add(name);
    this.#hooks.status({ status: "welcomed", nick: this.state.nick });
    if (this.#unsettled.size === 0) this.#settled();
    else this.#cancelSettling = this.#clock.after(SETTLE_WITHIN_MS, () => this.#settled());
  }

  #joinRefused(channel: string, reason: string): void {
    if (!this.#unsettled.has(this.#fold(channel))) return;
    this.#hooks.status({ status: "join_refused", channel, reason });
    this.#settle(channel);
  }

  #settle(channel: string): void {
    if (this.#unsettled.delete(this.#fold(channel)) && this.#unsettled.size === 0) this.#settled();
  }

  #settled(): void {
    this.#stopSettling();
    this.#hooks.status({ status: "settled" });
  }

  #stopSettling(): void {
    this.#cancelSettling?.();
    this.#cancelSettling = undefined;
    this.#unsettled.clear();
  }

  #fold(name: string): string {
    return foldName(name, this.state.rules.caseMapping);
  }

  /** Doubles with each failure; half of it is random, so that many clients spread. */
  #pauseMs(): number {
    const { reconnectMinMs, reconnectMaxMs } = this.#options;
    const ceiling = Math.min(
      reconnectMaxMs,
      reconnectMinMs * 2 ** Math.min(this.#failures - 1, 30),
    );
    return Math.round(ceiling * (0.5 + Math.random() / 2));
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#closing;
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ms, done);
      function done(): void {
        cancel();
        signal.removeEventListener("abort", done);
        resolve();
      }
      signal.addEventListener("abort", done);
    });
  }
}

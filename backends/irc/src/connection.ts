/**
 * Stays on an IRC network: connects, joins, and connects again when the connection is lost.
 *
 * Knows nothing of Seabird.
 */

import { type Clock, systemClock } from "./clock.ts";
import { checkOptions } from "./connection/check-options.ts";
import type { ConnectionHooks, ConnectionStatus } from "./connection/hooks.ts";
import { hideSecrets } from "./connection/secrets.ts";
import { IrcSession, type SessionEnd } from "./connection/session.ts";
import { type Endpoint, endpointUnderPolicy } from "./connection/sts.ts";
import { StsStore } from "./connection/sts-store.ts";
import { WantedChannels } from "./connection/wanted-channels.ts";
import { plainReason } from "./formatting/codes.ts";
import { foldName } from "./message/line.ts";
import type { ChannelToJoin, IrcOptions } from "./options.ts";
import { IrcState } from "./presence/irc-state.ts";
import type { IrcRequest, RequestOutcome } from "./requests/irc-request.ts";
import { NOT_CONNECTED } from "./requests/request-tracker.ts";

/** A connection that lasted this long was a good one: the pauses begin small again. */
const STABLE_AFTER_MS = 30_000;

/** A password that is not taken may be one that services do not know yet; later it is just wrong. */
const MAX_REFUSAL_DOUBLINGS = 4;

export class IrcConnection {
  readonly #options: IrcOptions;
  readonly #hooks: ConnectionHooks;
  readonly #hideSecrets: (words: string) => string;
  readonly #clock: Clock;
  readonly #channels: WantedChannels;
  readonly #sts: StsStore;
  readonly #closing = new AbortController();
  readonly #offline: IrcState;
  readonly #over: Promise<void>;
  #session: IrcSession | undefined;
  #failures = 0;
  #refusals = 0;

  /** Connects at once. Throws RangeError for options that no server could be told. */
  constructor(options: IrcOptions, hooks: ConnectionHooks, clock: Clock = systemClock) {
    checkOptions(options);
    this.#options = options;
    this.#hooks = hooks;
    this.#hideSecrets = hideSecrets(options);
    this.#clock = clock;
    this.#offline = new IrcState(options.nick);
    this.#sts = new StsStore({ path: options.stsFile, failed: (reason) => this.#problem(reason) });
    this.#channels = new WantedChannels(
      options.channels,
      options,
      {
        fold: (name) => foldName(name, this.state.rules.caseMapping),
        join: (wanted) => this.#session?.join(wanted),
        refused: (channel, reason, retryInMs) =>
          this.#report({ status: "join_refused", channel, reason, retryInMs }),
        settled: () => this.#report({ status: "settled" }),
      },
      clock,
    );
    this.#over = this.#live();
  }

  /** What is known of the network; while there is no connection, the usual rules. */
  get state(): IrcState {
    return this.#session?.state ?? this.#offline;
  }

  /** The current connection to the server, if there is one. */
  get session(): IrcSession | undefined {
    return this.#session;
  }

  /** Never rejects: resolves with undefined for success, else with the reason. */
  async request(request: IrcRequest, key?: string): Promise<RequestOutcome> {
    const session = this.#session;
    if (session === undefined) return NOT_CONNECTED;
    // Whatever comes of it, nobody wants us to try that channel any more.
    if (request.success.kind === "left") this.#channels.forget(request.success.channel);
    const verdict = await session.request(request);
    const { success } = request;
    // Kicked in the same moment, we do not come back.
    if (verdict === undefined && success.kind === "joined" && this.#isIn(success.channel)) {
      this.#channels.wantToo({ name: success.channel, key });
    }
    return verdict;
  }

  /** Leaves and joins what is not the same in both lists. */
  changeChannels(before: readonly ChannelToJoin[], after: readonly ChannelToJoin[]): void {
    const byName = (channels: readonly ChannelToJoin[]) =>
      new Map(channels.map((channel) => [this.state.fold(channel.name), channel]));
    const [had, wanted] = [byName(before), byName(after)];
    const gone = [...had].filter(([folded]) => !wanted.has(folded)).map(([, { name }]) => name);
    for (const name of gone) this.#channels.forget(name);
    this.#session?.part(gone.filter((name) => this.#isIn(name)));
    const news: string[] = [];
    for (const [folded, channel] of wanted) {
      const known = had.get(folded);
      if (known !== undefined && known.key === channel.key) continue;
      this.#channels.want(channel);
      if (this.#isIn(channel.name) || this.#session?.isWelcomed !== true) continue;
      news.push(channel.name);
    }
    this.#channels.join(news);
  }

  #isIn(channel: string): boolean {
    return this.state.topicOf(channel) !== undefined;
  }

  /** Leaves the network. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#session?.close("Seabird is going");
    await this.#over;
  }

  async #live(): Promise<void> {
    let upgrade: Endpoint | undefined;
    while (!this.#closing.signal.aborted) {
      const endpoint = upgrade ?? endpointUnderPolicy(this.#options, this.#sts);
      const startedAt = this.#clock.now();
      const end = await this.#connectOnce(endpoint);
      if (this.#closing.signal.aborted) return;
      upgrade = end.upgrade;
      if (upgrade !== undefined) {
        // Only from a connection in the clear, so never twice in a row.
        this.#report({ status: "upgrading", port: upgrade.port });
        continue;
      }
      this.#failures = this.#clock.now() - startedAt > STABLE_AFTER_MS ? 1 : this.#failures + 1;
      const retryInMs = this.#pauseMs(end);
      this.#report({ status: "lost", reason: end.reason, retryInMs });
      await this.#pause(retryInMs);
    }
  }

  async #connectOnce(endpoint: Endpoint): Promise<SessionEnd> {
    const { host, port, tls } = endpoint;
    this.#report({ status: "connecting", attempt: this.#failures + 1, port, tls });
    const session = new IrcSession({
      options: this.#options,
      endpoint: { host, port, tls },
      channels: this.#channels,
      sts: this.#sts,
      hooks: { ...this.#hooks, status: (status) => this.#report(status) },
      clock: this.#clock,
    });
    this.#session = session;
    const end = await session.ended;
    this.#session = undefined;
    this.#channels.offline();
    return end;
  }

  /** A reason may quote the server, which may quote anything, such as our password. */
  #report(status: ConnectionStatus): void {
    if (status.status === "welcomed") this.#refusals = 0;
    if (!("reason" in status)) this.#hooks.status(status);
    else this.#hooks.status({ ...status, reason: plainReason(this.#hideSecrets(status.reason)) });
  }

  #problem(reason: string): void {
    this.#report({ status: "problem", reason });
  }

  /** Doubles with each failure; half of it is random, so that many clients spread. */
  #pauseMs({ isRefusal }: SessionEnd): number {
    const { reconnectMinMs, reconnectMaxMs, refusedPauseMs } = this.#options;
    const ceiling = Math.min(
      reconnectMaxMs,
      reconnectMinMs * 2 ** Math.min(this.#failures - 1, 30),
    );
    const pauseMs = Math.round(ceiling * (0.5 + Math.random() / 2));
    if (!isRefusal) return pauseMs;
    this.#refusals += 1;
    const doublings = Math.min(this.#refusals - 1, MAX_REFUSAL_DOUBLINGS);
    return Math.max(pauseMs, refusedPauseMs * 2 ** doublings);
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

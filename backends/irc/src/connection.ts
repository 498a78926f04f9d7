/** A connection to an IRC network that reconnects when it is lost. Knows nothing of Seabird. */

import { type Clock, systemClock } from "./clock.ts";
import { checkOptions } from "./connection/check-options.ts";
import type { ConnectionHooks, ConnectionStatus, SessionEnd } from "./connection/hooks.ts";
import { joinLines, partLines } from "./connection/join-lines.ts";
import {
  addressOf,
  answers,
  otherSchemeText,
  SILENT_MS,
  withOtherScheme,
} from "./connection/other-scheme.ts";
import { hideSecrets } from "./connection/secrets.ts";
import { IrcSession } from "./connection/session.ts";
import { type Endpoint, endpointUnderPolicy } from "./connection/sts.ts";
import { StsStore } from "./connection/sts-store.ts";
import { WantedChannels } from "./connection/wanted-channels.ts";
import { plainReason } from "./formatting/codes.ts";
import { foldName } from "./message/line.ts";
import type { ChannelToJoin, IrcOptions } from "./options.ts";
import type { IrcRequest, RequestDemand, RequestOutcome } from "./requests/irc-request.ts";
import { NOT_CONNECTED } from "./requests/request-tracker.ts";
import { IrcState } from "./state/irc-state.ts";

/** After a connection that lasted this long the reconnect pauses start from the shortest again. */
const STABLE_AFTER_MS = 30_000;

/** How often `refusedPauseMs` doubles: services may accept the password a moment later, or never. */
const MAX_REFUSAL_DOUBLINGS = 4;

export class IrcConnection {
  readonly #options: IrcOptions;
  readonly #hooks: ConnectionHooks;
  readonly #hideSecrets: (text: string) => string;
  readonly #clock: Clock;
  readonly #channels: WantedChannels;
  readonly #sts: StsStore;
  readonly #closing = new AbortController();
  readonly #offline: IrcState;
  readonly #over: Promise<void>;
  #session: IrcSession | undefined;
  #failures = 0;
  #refusals = 0;
  #wasWelcomed = false;
  /** Whether the server speaks the other scheme; undefined: nobody has asked. */
  #speaksOther: boolean | undefined;

  /** Connects at once. Throws RangeError for options that do not fit into a line. */
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
        limits: () => this.state.rules.channelLimits,
        joined: () => this.state.channels().map(({ name }) => name),
        join: (wanted) => this.#session?.enqueue(joinLines(wanted), "idle"),
        refused: (channel, reason, retryInMs) =>
          this.#report({ status: "join_refused", channel, reason, retryInMs }),
        settled: (counts) => this.#report({ status: "settled", ...counts }),
        joinedLate: (channel, counts) =>
          this.#report({ status: "joined_late", channel, ...counts }),
      },
      clock,
    );
    this.#over = this.#run();
  }

  /** The state on the network; while there is no connection, an empty one with default rules. */
  get state(): IrcState {
    return this.#session?.state ?? this.#offline;
  }

  /** The current connection to the server, if there is one. */
  get session(): IrcSession | undefined {
    return this.#session;
  }

  /** Why a request would be refused now, before it is made; undefined: it would not. */
  refusal(demand: RequestDemand): RequestOutcome {
    return this.#session === undefined ? NOT_CONNECTED : this.#session.refusal(demand);
  }

  /** Never rejects. `key`: of the channel that the request joins. */
  async request(request: IrcRequest, key?: string): Promise<RequestOutcome> {
    const session = this.#session;
    if (session === undefined) return NOT_CONNECTED;
    // Whatever the outcome, the channel is not to be joined again.
    if (request.success.kind === "left") this.#channels.forget(request.success.channel);
    const outcome = await session.request(request);
    const { success } = request;
    // After a kick in the same moment the channel is not joined again.
    if (outcome === undefined && success.kind === "joined" && this.#isIn(success.channel)) {
      this.#channels.wantJoined({ name: success.channel, key });
    }
    return outcome;
  }

  /** Leaves the channels that are not in `after`, joins those that are new or have a new key. */
  changeChannels(before: readonly ChannelToJoin[], after: readonly ChannelToJoin[]): void {
    const byName = (channels: readonly ChannelToJoin[]) =>
      new Map(channels.map((channel) => [this.state.fold(channel.name), channel]));
    const [had, wanted] = [byName(before), byName(after)];
    const gone = [...had].filter(([folded]) => !wanted.has(folded)).map(([, { name }]) => name);
    for (const name of gone) this.#channels.forget(name);
    this.#session?.enqueue(partLines(gone.filter((name) => this.#isIn(name))), "now");
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

  /** Quits. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#session?.close("Seabird is going");
    await this.#over;
  }

  async #run(): Promise<void> {
    let upgrade: Endpoint | undefined;
    while (!this.#closing.signal.aborted) {
      const endpoint = upgrade ?? endpointUnderPolicy(this.#options, this.#sts);
      const startedAt = this.#clock.now();
      const { end, isUnheard } = await this.#connectOnce(endpoint);
      if (this.#closing.signal.aborted) return;
      const suggestion = isUnheard ? await this.#suggestion(endpoint) : undefined;
      if (this.#closing.signal.aborted) return;
      upgrade = end.upgrade;
      if (upgrade !== undefined) {
        // Only a connection without TLS is upgraded, so this never repeats.
        this.#report({ status: "upgrading", port: upgrade.port });
        continue;
      }
      // A network that has taken these settings before may take them again.
      if (end.setting !== undefined && !this.#wasWelcomed) {
        this.#report({ status: "failed", reason: end.reason, setting: end.setting });
        return;
      }
      this.#failures = this.#clock.now() - startedAt > STABLE_AFTER_MS ? 1 : this.#failures + 1;
      const retryInMs = this.#pauseMs(end);
      const reason = suggestion === undefined ? end.reason : otherSchemeText(suggestion);
      const address = suggestion && addressOf(suggestion);
      this.#report({ status: "lost", reason, retryInMs, suggestion: address });
      await this.#pause(retryInMs);
    }
  }

  async #connectOnce(
    endpoint: Endpoint,
  ): Promise<{ readonly end: SessionEnd; readonly isUnheard: boolean }> {
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
    const cancel = this.#clock.after(SILENT_MS, () => void this.#leaveOther(session, endpoint));
    const end = await session.ended;
    cancel();
    this.#session = undefined;
    this.#channels.offline();
    return { end, isUnheard: session.isUnheard };
  }

  /** A server that is silent may wait for the other scheme, or may only be slow. */
  async #leaveOther(session: IrcSession, endpoint: Endpoint): Promise<void> {
    if (!session.isUnheard) return;
    const other = await this.#suggestion(endpoint);
    if (other !== undefined && session.isUnheard) session.drop(otherSchemeText(other));
  }

  /** The other scheme at the same port, if the server speaks that. Asked once until a welcome. */
  async #suggestion(endpoint: Endpoint): Promise<Endpoint | undefined> {
    const other = withOtherScheme(endpoint);
    this.#speaksOther ??= await answers(other);
    return this.#speaksOther ? other : undefined;
  }

  /** A reason may quote the server, and a server may quote anything, such as our password. */
  #report(status: ConnectionStatus): void {
    if (status.status === "welcomed") {
      this.#refusals = 0;
      this.#wasWelcomed = true;
      this.#speaksOther = undefined;
    }
    if (!("reason" in status)) this.#hooks.status(status);
    else this.#hooks.status({ ...status, reason: plainReason(this.#hideSecrets(status.reason)) });
  }

  #problem(reason: string): void {
    this.#report({ status: "problem", reason });
  }

  /** Doubles with each failure; half of it is random, so that many clients do not return at once. */
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

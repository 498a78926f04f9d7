/** A connection to an XMPP server that reconnects when it is lost. Knows nothing of Seabird. */
import { type Clock, pause, type Random } from "@seabird-chat/sdk/backend";
import type { ConnectionHooks, StanzaSender } from "./connection/hooks.ts";
import { type Resumption, type StreamEnd, XmppStream } from "./connection/stream.ts";
import type { XmppOptions } from "./options.ts";
import type { Stanza } from "./stanza.ts";

/** After a session that lasted this long the pauses start from the shortest again. */
const STABLE_AFTER_MS = 30_000;
/** Short sessions in a row that are taken up at once; then a pause comes before each. */
const MAX_CUTS = 3;
/** Milliseconds between two attempts with a password that was accepted before and is refused now. */
const REFUSED_PAUSE_MS = 60_000;

export class XmppConnection implements StanzaSender {
  readonly #options: XmppOptions;
  readonly #hooks: ConnectionHooks;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #closing = new AbortController();
  readonly #over: Promise<void>;
  #stream: XmppStream | undefined;
  #failures = 0;
  #cuts = 0;
  #wasOnline = false;

  /** Connects at once. */
  constructor(
    options: XmppOptions,
    hooks: ConnectionHooks,
    deps: { clock: Clock; random: Random },
  ) {
    this.#options = options;
    this.#hooks = hooks;
    this.#clock = deps.clock;
    this.#random = deps.random;
    this.#over = this.#run();
  }

  get address(): string {
    return this.#stream?.address ?? "";
  }

  /** Where the server is; empty without a connection. */
  get serverAddresses(): readonly string[] {
    const address = this.#stream?.serverAddress;
    return address === undefined ? [] : [address];
  }

  async send(stanza: Stanza): Promise<void> {
    await this.#current().send(stanza);
  }

  async request(iq: Stanza, signal: AbortSignal): Promise<Stanza> {
    return await this.#current().request(iq, signal);
  }

  /** Leaves. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#stream?.close();
    await this.#over;
  }

  #current(): XmppStream {
    if (this.#stream === undefined) throw new Error("not connected to the XMPP server");
    return this.#stream;
  }

  async #run(): Promise<void> {
    let resumption: Resumption | undefined;
    while (!this.#closing.signal.aborted) {
      const startedAt = this.#clock.now();
      this.#hooks.status({ status: "connecting", attempt: this.#failures + 1 });
      const end = await this.#streamOnce(resumption);
      if (this.#closing.signal.aborted) return;
      resumption = end.resumption;
      const isStable = this.#clock.now() - startedAt > STABLE_AFTER_MS;
      if (isStable) this.#failures = 0;
      this.#cuts = isStable || !end.isCut ? 0 : this.#cuts + 1;
      // What is under way then goes on as if nothing had been.
      if (end.isCut && resumption !== undefined && this.#cuts <= MAX_CUTS) {
        this.#hooks.status({ status: "interrupted", reason: end.reason });
        continue;
      }
      if (end.setting !== undefined && !this.#wasOnline) {
        const { reason, setting } = end;
        this.#hooks.status({ status: "failed", reason, setting });
        return;
      }
      this.#failures += 1;
      const retryInMs = this.#pauseMs(end);
      const canResume = resumption !== undefined;
      this.#hooks.status({ status: "lost", reason: end.reason, retryInMs, canResume });
      await pause(this.#clock, retryInMs, this.#closing.signal);
    }
  }

  async #streamOnce(resumption: Resumption | undefined): Promise<StreamEnd> {
    const stream = new XmppStream({
      options: this.#options,
      resumption,
      stanza: (stanza) => this.#hooks.stanza(stanza),
      online: (address, isResumed) => {
        this.#wasOnline = true;
        this.#hooks.status({ status: isResumed ? "resumed" : "online", address });
      },
    });
    this.#stream = stream;
    const end = await stream.ended;
    this.#stream = undefined;
    return end;
  }

  /** Doubles with each failure; half of it is random, so that many clients do not return at once. */
  #pauseMs({ setting }: StreamEnd): number {
    const { reconnectMinMs, reconnectMaxMs } = this.#options;
    const growth = 2 ** Math.min(this.#failures - 1, 30);
    const ceiling = Math.min(reconnectMaxMs, reconnectMinMs * growth);
    const pauseMs = Math.round(ceiling * (0.5 + this.#random() / 2));
    return setting === undefined ? pauseMs : Math.max(pauseMs, REFUSED_PAUSE_MS);
  }
}

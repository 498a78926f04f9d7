/** A backend and a plugin that do what honest ones do: they report, send, listen and reconnect. */
import { get } from "node:http";
import { Backend } from "../../bench/load/backend.ts";
import { callHeaders, PATHS, type Peer, within } from "../../bench/load/peer.ts";
import { pause } from "../../bench/load/stopwatch.ts";
import { numberIn, Shape } from "../../bench/shapes/shape.ts";
import { ClientConnection, type ConnectionOptions } from "../../bench/wire/client-connection.ts";
import { EnvelopeReader, envelope } from "../../bench/wire/envelopes.ts";
import { HANG_MS, type Outcomes } from "./honest-orders.ts";
import { ProbeLog } from "./probe-log.ts";

/** Twenty times a second: an event and an action. */
const STEADY_MS = 50;
/** Twice a second: somebody who connects anew, with a token and without. */
const NEW_MS = 500;
const RECONNECT_MS = 100;
const NOTHING = envelope(new Uint8Array(0));
const CORE_INFO = "/seabird.Seabird/GetCoreInfo";
const HEALTH = "/grpc.health.v1.Health/Check";

export interface HonestPairOptions {
  readonly peer: Peer;
  /** Of this machine. */
  readonly address: string;
  /** Whether the server has `/healthz`. */
  readonly hasHttp1: boolean;
}

export class HonestPair {
  readonly log = new ProbeLog();
  readonly #peer: Peer;
  readonly #options: ConnectionOptions;
  readonly #hasHttp1: boolean;
  readonly #shape = new Shape("real");
  readonly #timers: NodeJS.Timeout[] = [];
  /** Events that the plugin has yet to see, by their number. */
  readonly #awaited = new Map<number, () => void>();
  #number = 0;
  #stopped = false;
  #backend: Backend | undefined;
  #plugin: ClientConnection | undefined;

  constructor({ peer, address, hasHttp1 }: HonestPairOptions) {
    this.#peer = peer;
    this.#options = { localAddress: address, openTimeoutMs: HANG_MS };
    this.#hasHttp1 = hasHttp1;
  }

  /** Resolves when both are connected; they go on until `stop`. */
  async start(): Promise<void> {
    await this.#connectBackend();
    await this.#connectPlugin();
    void this.#keep(
      () => this.#backend?.closed,
      () => this.#connectBackend(),
    );
    void this.#keep(
      () => this.#plugin?.closed,
      () => this.#connectPlugin(),
    );
    this.#timers.push(
      setInterval(() => {
        this.#event();
        this.#action();
      }, STEADY_MS),
      setInterval(() => {
        void this.#newcomer();
        void this.#health();
        if (this.#hasHttp1) this.#healthz();
      }, NEW_MS),
    );
  }

  /** Begins nothing more; resolves with what came of all, when that is known or they hang. */
  async stop(): Promise<Outcomes> {
    this.#stopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    const endsAt = performance.now() + HANG_MS;
    while (this.log.pending > 0 && performance.now() < endsAt) await pause(5);
    this.#backend?.close();
    this.#plugin?.close();
    return this.log.outcomes();
  }

  async #keep(closed: () => Promise<void> | undefined, connect: () => Promise<void>) {
    while (!this.#stopped) {
      await closed();
      if (this.#stopped) return;
      await connect().catch(() => pause(RECONNECT_MS));
    }
  }

  async #connectBackend(): Promise<void> {
    const options = { shape: this.#shape, answers: true, connection: this.#options };
    this.#backend = await Backend.connect(this.#peer, options);
  }

  async #connectPlugin(): Promise<void> {
    const plugin = await ClientConnection.open(this.#peer.url, this.#options);
    const reader = new EnvelopeReader();
    const opened = Promise.withResolvers<void>();
    plugin.call(
      callHeaders(this.#peer, PATHS.streamEvents),
      {
        opened: opened.resolve,
        data: (bytes, start, end) =>
          reader.read(bytes, start, end, (message) => this.#received(message)),
        ended: ({ code }) => {
          opened.reject(new Error(`the plugin's stream ended: ${code}`));
          plugin.close();
        },
      },
      NOTHING,
    );
    await within(HANG_MS, "stream of the plugin", opened.promise);
    this.#plugin = plugin;
  }

  #received(message: Buffer): void {
    // Others' events come too: the id of the backend is in each.
    const number = numberIn(message);
    if (number === undefined || !message.includes(this.#backend?.id ?? "")) return;
    this.#awaited.get(number)?.();
    this.#awaited.delete(number);
  }

  #event(): void {
    const { ok, fail } = this.log.begin("event");
    if (this.#backend === undefined || this.#backend.end !== undefined) {
      fail(`the backend is not connected: ${this.#backend?.end?.message}`);
      this.#backend?.close();
      return;
    }
    this.#number += 1;
    this.#awaited.set(this.#number, ok);
    this.#backend.send(this.#backend.encode(this.#number));
  }

  #action(): void {
    const { ok, fail } = this.log.begin("action");
    const body = this.#shape.sendMessage(this.#backend?.id ?? "");
    if (this.#plugin === undefined || this.#plugin.isClosed) {
      fail("the plugin is not connected");
      return;
    }
    this.#plugin.call(
      callHeaders(this.#peer, PATHS.sendMessage),
      { ended: ({ code, message }) => (code === 0 ? ok() : fail(`${code} ${message}`)) },
      body,
    );
  }

  #newcomer(): Promise<void> {
    return this.#callOnce("newcomer", callHeaders(this.#peer, CORE_INFO));
  }

  #health(): Promise<void> {
    const fields = callHeaders(this.#peer, HEALTH);
    return this.#callOnce(
      "health",
      fields.filter(([name]) => name !== "authorization"),
    );
  }

  async #callOnce(
    probe: "newcomer" | "health",
    fields: ReturnType<typeof callHeaders>,
  ): Promise<void> {
    const { ok, fail } = this.log.begin(probe);
    try {
      const connection = await ClientConnection.open(this.#peer.url, this.#options);
      const ended = ({ code, message }: { code: number; message: string }) => {
        if (code === 0) ok();
        else fail(`${code} ${message}`);
        connection.close();
      };
      connection.call(fields, { ended }, NOTHING);
    } catch (error) {
      fail(String(error));
    }
  }

  #healthz(): void {
    const { ok, fail } = this.log.begin("healthz");
    const { localAddress } = this.#options;
    const url = new URL("/healthz", this.#peer.url);
    const request = get(url, { agent: false, localAddress, timeout: HANG_MS }, (response) => {
      response.resume();
      if (response.statusCode === 200) ok();
      else fail(`HTTP ${response.statusCode}`);
    });
    request.on("error", (error) => fail(String(error)));
  }
}

/** One stream to the server, from its socket to its end: login, a session, stanzas. */
import { randomUUID } from "node:crypto";
import { type Client, client } from "@xmpp/client";
import { XMLError } from "@xmpp/xml";
import type { XmppOptions } from "../options.ts";
import { type Stanza, xml } from "../stanza.ts";
import { useBoundedTransport } from "./bounded-transport.ts";
import { answerDisco } from "./disco-answer.ts";
import { endpointsOf, isLoopback } from "./endpoints.ts";
import { StanzaCut, StanzaError } from "./hooks.ts";
import { type LoginProblem, loginProblem } from "./login-problem.ts";
import type { StreamSocket, StreamSocketOptions } from "./stream-socket.ts";

/** What a later stream needs to go on where this one was cut (XEP-0198). */
export interface Resumption {
  /** The bot's full address. */
  readonly address: string;
  readonly id: string;
  readonly inbound: number;
  readonly outbound: number;
  readonly outbound_q: unknown;
}

export interface StreamEnd {
  readonly reason: string;
  /** The setting without whose change no attempt succeeds. */
  readonly setting: string | undefined;
  /** There was a session, and the server did not say that it ends. */
  readonly isCut: boolean;
  /** Undefined: nothing can be resumed. */
  readonly resumption: Resumption | undefined;
}

export interface StreamOptions {
  readonly options: XmppOptions;
  readonly resumption: Resumption | undefined;
  /** The server is there, and TLS is agreed on where it is needed. */
  readonly connected?: () => void;
  /** A session began; the last one goes on if it was resumed. */
  readonly online: (address: string, isResumed: boolean) => void;
  /** A `message` or `presence`. Before `online` on a resumed stream too. */
  readonly stanza: (stanza: Stanza) => void;
}

/** Milliseconds from the connection to the session. */
const LOGIN_WITHIN_MS = 45_000;
/** Milliseconds that the server has to end the stream when the bot leaves. */
const CLOSE_WITHIN_MS = 2_000;
/** Milliseconds for one step of the login. */
const STEP_MS = 15_000;

/** What the library has and its types lack. */
interface StreamManagement {
  enabled: boolean;
  id: string;
  inbound: number;
  outbound: number;
  outbound_q: unknown;
  timeout: number;
  requestAckInterval: number;
  on(event: "resumed", listener: () => void): void;
}

/** One name for one run of the program (XEP-0388, user-agent). */
const USER_AGENT_ID = randomUUID();

export class XmppStream {
  readonly #options: XmppOptions;
  readonly #deps: StreamOptions;
  readonly #entity: Client;
  readonly #management: StreamManagement;
  readonly #stopped = new AbortController();
  readonly #ended = Promise.withResolvers<StreamEnd>();
  /** Requests without an answer. */
  readonly #waiting = new Set<(reason: Error) => void>();
  #socket: StreamSocket | undefined;
  #problem: LoginProblem | undefined;
  #isOnline = false;
  #isClosing = false;
  /** Stanzas that were read in this session. */
  #inbound = 0;
  #endpoints: StreamSocketOptions["endpoints"] = [];

  constructor(deps: StreamOptions) {
    this.#deps = deps;
    this.#options = deps.options;
    this.#entity = this.#client();
    this.#management = this.#entity.streamManagement as unknown as StreamManagement;
    const { pingTimeoutMs } = this.#options;
    this.#management.requestAckInterval = Math.ceil(pingTimeoutMs / 2);
    this.#management.timeout = Math.floor(pingTimeoutMs / 2);
    this.#countInbound();
    this.#listen();
    void this.#run();
  }

  /** Resolves when the stream is over. Never rejects. */
  get ended(): Promise<StreamEnd> {
    return this.#ended.promise;
  }

  /** The bot's full address; empty without a session. */
  get address(): string {
    return this.#isOnline ? String(this.#entity.jid ?? "") : "";
  }

  /** The address of the server that it is connected to. */
  get serverAddress(): string | undefined {
    return this.#socket?.remoteAddress;
  }

  async send(stanza: Stanza): Promise<void> {
    if (!this.#isOnline) throw new Error(NOT_CONNECTED);
    try {
      await this.#entity.send(stanza);
    } catch (cause) {
      // Such as "write after a stream was destroyed".
      throw new StanzaCut(`${LOST_CONNECTION} to the XMPP server`, { cause });
    }
  }

  /** Rejects with StanzaError, or when the signal is aborted, or the stream ends. */
  async request(iq: Stanza, signal: AbortSignal): Promise<Stanza> {
    if (!this.#isOnline) throw new Error(NOT_CONNECTED);
    // Nobody can answer in another's name who does not know it.
    iq.attrs["id"] = randomUUID();
    const { promise: over, reject } = Promise.withResolvers<never>();
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    this.#waiting.add(reject);
    const answer = this.#entity.iqCaller.request(iq, REQUEST_MS) as Promise<Stanza>;
    try {
      return await Promise.race([answer, over]);
    } catch (reason) {
      throw toStanzaError(reason) ?? reason;
    } finally {
      this.#waiting.delete(reject);
      signal.removeEventListener("abort", abort);
      for (const each of [answer, over]) each.catch(() => undefined);
    }
  }

  /** Ends it with a word to the server. Idempotent. */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#isOnline) {
      const over = AbortSignal.timeout(CLOSE_WITHIN_MS);
      const late = new Promise((resolve) => over.addEventListener("abort", resolve));
      await Promise.race([this.#entity.stop().catch(() => undefined), late]);
    }
    this.#drop("the bot leaves");
  }

  #client(): Client {
    const { domain, user, password } = this.#options;
    const { resumption } = this.#deps;
    const entity = client({
      service: `xmpp://${domain}`,
      domain,
      username: user,
      timeout: STEP_MS,
      credentials: async (authenticate, mechanisms, _fast, { isSecure }) => {
        const mayShow =
          isSecure.call(entity) || this.#endpoints.every(({ host }) => isLoopback(host));
        const mechanism = mechanisms.find(
          (each) => each !== "ANONYMOUS" && (mayShow || each !== "PLAIN"),
        );
        if (mechanism === undefined) throw new Error(NO_MECHANISM);
        const agent = xml("user-agent", { id: USER_AGENT_ID }, xml("software", {}, "Seabird"));
        await authenticate({ username: user, password }, mechanism, agent);
      },
    } as Parameters<typeof client>[0]);
    // The bot has its own way to reconnect: the library's stops when a name is not found.
    entity.reconnect.stop();
    useBoundedTransport(entity, {
      parameters: () => {
        const { domain, tls } = this.#options;
        return { domain, endpoints: this.#endpoints, tls, signal: this.#stopped.signal };
      },
      opened: (socket) => {
        this.#socket = socket;
      },
      hasReader: () => (entity as unknown as { readonly parser: unknown }).parser !== null,
    });
    // The library would go where the server says, and ends the process where that is no address.
    Object.assign(entity, { _onSeeOtherHost: (error: Error) => entity.emit("error", error) });
    answerDisco(entity);
    if (resumption !== undefined) {
      const { address, ...state } = resumption;
      Object.assign(entity.streamManagement, state);
      this.#inbound = state.inbound;
      (entity as unknown as { _jid(id: string): void })._jid(address);
    }
    return entity;
  }

  #listen(): void {
    const entity = this.#entity;
    entity.on("error", (reason: unknown) => {
      // The library's own fault, which a session outlives, is not why it ends later.
      if (!this.#isOnline || !(reason instanceof TypeError)) this.#problem ??= loginProblem(reason);
      // A parser that has failed reads on in the middle of something.
      if (!this.#isOnline || reason instanceof XMLError) this.#drop(this.#problem?.reason ?? "");
    });
    entity.on("close", () => {
      this.#problem ??= { reason: "the server ended the stream", setting: undefined, isSaid: true };
      if (!this.#isClosing) this.#drop(this.#problem.reason);
    });
    entity.on("disconnect", () => this.#drop("the server closed the connection"));
    entity.on("online", () => this.#online(false));
    this.#management.on("resumed", () => this.#online(true));
    entity.on("stanza", (stanza: Stanza) => {
      if (stanza.name === "message" || stanza.name === "presence") this.#deps.stanza(stanza);
    });
  }

  /**
   * Counts what was read (XEP-0198, 4) in the library's place, which leaves out answers to requests, and
   * what came in one packet with `<enabled/>`: that much would come again when the session is resumed.
   */
  #countInbound(): void {
    const get = () => this.#inbound;
    Object.defineProperty(this.#management, "inbound", { get, set: () => undefined });
    this.#entity.on("element", (element: Stanza) => {
      if (element.is("enabled", STREAM_MANAGEMENT)) this.#inbound = 0;
      else if (STANZAS.includes(element.name)) this.#inbound += 1;
    });
  }

  async #run(): Promise<void> {
    const timer = setTimeout(() => {
      if (!this.#isOnline) this.#drop(`no session within ${LOGIN_WITHIN_MS / 1_000} s`);
    }, LOGIN_WITHIN_MS);
    void this.ended.then(() => clearTimeout(timer));
    const { domain, service } = this.#options;
    try {
      this.#endpoints = service === undefined ? await endpointsOf(domain) : [service];
      await this.#entity.connect(`xmpp://${domain}`);
      this.#deps.connected?.();
      await this.#entity.open({ domain });
    } catch (reason) {
      this.#problem ??= loginProblem(reason);
      this.#drop(this.#problem.reason);
    }
  }

  #online(isResumed: boolean): void {
    if (this.#isOnline || this.#stopped.signal.aborted) return;
    this.#isOnline = true;
    this.#problem = undefined;
    this.#deps.online(this.address, isResumed);
  }

  #drop(fallback: string): void {
    const { enabled, id, inbound, outbound, outbound_q } = this.#management;
    const address = this.#entity.jid?.toString() ?? "";
    const canResume =
      id !== "" && address !== "" && (enabled || this.#isOnline || this.#isResumable());
    const { reason, setting } = this.#problem ?? { reason: fallback, setting: undefined };
    const isCut = this.#isOnline && this.#problem?.isSaid !== true;
    this.#isOnline = false;
    this.#ended.resolve({
      reason,
      setting,
      isCut,
      resumption: canResume ? { address, id, inbound, outbound, outbound_q } : undefined,
    });
    for (const refuse of this.#waiting) refuse(new Error(`${LOST_CONNECTION}: ${reason}`));
    this.#stopped.abort(new Error("the stream is over"));
    this.#socket?.destroy();
  }

  /** An attempt that failed before the server refused to resume leaves the older session as it was. */
  #isResumable(): boolean {
    return this.#deps.resumption !== undefined && this.#management.id === this.#deps.resumption.id;
  }
}

const STREAM_MANAGEMENT = "urn:xmpp:sm:3";
const STANZAS: readonly string[] = ["message", "presence", "iq"];

/** Milliseconds that an answer may take where the request's own signal sets no other limit. */
const REQUEST_MS = 30_000;
const NOT_CONNECTED = "not connected to the XMPP server";
const LOST_CONNECTION = "not connected any more";
const NO_MECHANISM = "the server offers no login that keeps the password secret without TLS";

function toStanzaError(reason: unknown): StanzaError | undefined {
  const { name, condition, text, type } = Object(reason) as Record<string, unknown>;
  if (name !== "StanzaError" || typeof condition !== "string") return undefined;
  return new StanzaError(condition, String(type ?? ""), String(text ?? ""));
}

/** The real core in this process, without a socket and without a database. */
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Broker,
  type BrokerOptions,
  brokerMethods,
  HealthState,
  healthMethods,
  type Logger,
  Media,
  MediaHttp,
  MemoryServer,
  MemoryTokens,
  mediaMethods,
} from "@seabird-chat/core/testing";
import { EXTENSIONS_HEADER, INSTANCE_HEADER, MESSAGES_EXTENSION } from "@seabird-chat/protocol";
import type { ConnectOptions } from "@seabird-chat/sdk";
import type { IdleDetector } from "../time/idle-detector.ts";
import { type HttpAnswer, type HttpRequest, memoryHttp } from "./memory-http.ts";
import { MemoryMessageStream } from "./memory-message-stream.ts";
import { type Line, MemoryTransport } from "./memory-transport.ts";
import { refused } from "./wire-error.ts";

type OpenConnection = NonNullable<ConnectOptions["open"]>;

export interface MemoryCoreOptions {
  readonly idle: IdleDetector;
  readonly options?: BrokerOptions | undefined;
  readonly publicUrl?: string | undefined;
  readonly log: Logger;
}

interface Running {
  readonly broker: Broker;
  readonly server: MemoryServer;
  readonly media: MediaHttp;
}

interface Client {
  readonly line: () => Line;
  readonly drop: () => void;
}

export class MemoryCore {
  readonly tokens: MemoryTokens;
  readonly #options: MemoryCoreOptions;
  readonly #clients = new Map<string, Client>();
  /** Made when the first file is uploaded. */
  readonly #folder = join(tmpdir(), `seabird-testkit-${randomUUID()}`);
  #running: Running | undefined;

  constructor(options: MemoryCoreOptions) {
    this.#options = options;
    this.tokens = new MemoryTokens(options.idle.clock);
    this.start();
  }

  /** Throws when core is stopped. */
  get broker(): Broker {
    if (this.#running === undefined) throw new Error("core is not running");
    return this.#running.broker;
  }

  /** Calls and streams that are open. */
  get openCalls(): number {
    return this.#running?.server.openCalls ?? 0;
  }

  /** What a client is started with so that it speaks to this core. */
  connectOptions(name: string, scopes: readonly string[]): ConnectOptions {
    const { secret } = this.tokens.create({ name, scopes });
    return { url: CORE_URL, token: secret, env: {}, open: this.#opener(name) };
  }

  /** Cuts the connection of a client, as a network does; it may connect again. */
  drop(name: string): void {
    this.#clients.get(name)?.drop();
  }

  /** A new core, which knows nothing of the one before but the tokens. */
  start(): void {
    if (this.#running !== undefined) return;
    const { idle, options, publicUrl, log } = this.#options;
    const { clock } = idle;
    const media = new Media({
      folder: this.#folder,
      publicUrl,
      clock,
      log,
      ask: (...file) => broker.fetchAttachment(...file),
    });
    const broker: Broker = new Broker({ clock, log, media, ...(options && { options }) });
    const served = [...brokerMethods(broker), ...mediaMethods(media)];
    const methods = [...served, ...healthMethods(new HealthState(served))];
    const { authenticator } = this.tokens;
    const server = new MemoryServer({ methods, authenticator, clock, log });
    this.#running = { broker, server, media: new MediaHttp(media) };
    idle.tick();
  }

  /** Core is gone at once, as if it had been killed. */
  stop(): void {
    const running = this.#running;
    this.#running = undefined;
    running?.server.close();
    this.#options.idle.tick();
  }

  /** What a request for a file gets: `PUT` and `GET` of `/media/`. */
  async http(request: HttpRequest): Promise<HttpAnswer> {
    const end = this.#options.idle.begin(`${request.method} of a file`);
    try {
      if (this.#running === undefined) throw refused();
      return await memoryHttp(this.#running.media, request);
    } finally {
      end();
    }
  }

  /** The bytes of a file. Rejects if there is none. */
  async readFile(path: string): Promise<Uint8Array> {
    const { status, body } = await this.http({ method: "GET", path });
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    if (status !== 200) throw new Error(`there is no file ${path || "at core"}`);
    return Buffer.concat(chunks);
  }

  /** Removes the files that were uploaded. */
  removeFiles(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #opener(name: string): OpenConnection {
    return ({ url, token }) => {
      const line = new ClientLine(() => this.#running?.server);
      this.#clients.set(name, { line: () => line.current(), drop: () => line.drop() });
      const { idle } = this.#options;
      const deps = { token, idle, line: () => line.current() };
      return {
        url,
        core: line,
        transport: new MemoryTransport(deps),
        stream: (call) => new MemoryMessageStream(deps, call),
        http: (request) => this.http(request),
        drop: () => line.drop(),
      };
    };
  }
}

/** Never connected to: it stands in messages. */
const CORE_URL = "http://core.invalid";

/**
 * A client's connection: made on first use, and again when it has gone. The core at its other end
 * is known by the headers of its responses.
 */
class ClientLine {
  readonly #server: () => MemoryServer | undefined;
  #line: Line | undefined;
  #headers: Readonly<Record<string, string>> | undefined;

  constructor(server: () => MemoryServer | undefined) {
    this.#server = server;
  }

  get instance(): string | undefined {
    return this.#headers?.[INSTANCE_HEADER];
  }

  get hasMessages(): boolean | undefined {
    return this.#headers?.[EXTENSIONS_HEADER]?.split(",").includes(MESSAGES_EXTENSION);
  }

  current(): Line {
    if (this.#line !== undefined) return this.#line;
    const connection = this.#server()?.connect();
    if (connection === undefined) throw refused();
    this.#headers = connection.responseHeaders;
    const gone = new AbortController();
    const line = { connection, gone: gone.signal };
    connection.onClosed = () => {
      if (this.#line === line) this.#line = undefined;
      gone.abort();
    };
    this.#line = line;
    return line;
  }

  drop(): void {
    this.#line?.connection.close();
  }
}

/** A scripted Matrix server: each test decides what it answers, how wrongly and when. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";

export interface ScriptedRequest {
  readonly method: string;
  /** Behind `/_matrix/client/`, decoded: `v3/join/#lobby:example.org`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Of its `authorization`, or "". */
  readonly token: string;
  /** Undefined unless it is JSON. */
  readonly body: unknown;
}

export interface Answer {
  /** Default: 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** As it is, instead of `json`. */
  readonly text?: string | Buffer;
  readonly json?: unknown;
  /** The connection breaks behind the headers and half of the body. */
  readonly isCut?: boolean;
}

/** Undefined: as every server would. "never": no answer; "endless": a body without an end. */
export type Script = (request: ScriptedRequest) => Answer | "never" | "endless" | undefined;

export const BOT = "@bot:example.org";
export const TOKEN = "syt_bot_token";
export const ROOM = "!lobby:example.org";
export const ALIAS = "#lobby:example.org";
export const ANN = "@ann:example.org";

const PREFIX = "/_matrix/client/";
const DEADLINE_MS = 30_000;
const POLL_MS = 5;
const ENDLESS_PIECE = " ".repeat(65_536);

/** What a wrong or unknown token gets. */
export const UNKNOWN_TOKEN: Answer = {
  status: 401,
  json: { errcode: "M_UNKNOWN_TOKEN", error: "Unrecognised access token" },
};

export class ScriptedServer {
  /** All that came, in order. */
  readonly requests: ScriptedRequest[] = [];
  /** Asked first for each request; may be changed at any time. */
  script: Script = () => undefined;
  readonly #server: Server;
  readonly #batches: object[] = [];
  readonly #waiting = new Set<() => void>();
  #position = 0;
  #events = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  static async listen(): Promise<ScriptedServer> {
    const scripted = new ScriptedServer();
    scripted.#server.listen(0, "127.0.0.1");
    await once(scripted.#server, "listening");
    return scripted;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("not listening");
    return `http://127.0.0.1:${address.port}`;
  }

  /** Hands these events to the next sync as the timeline of the room. */
  says(...events: readonly unknown[]): void {
    this.tells({ rooms: { join: { [ROOM]: { timeline: { events } } } } });
  }

  /** Hands this to the next sync, as it is. */
  tells(batch: object): void {
    this.#batches.push(batch);
    for (const wake of [...this.#waiting]) wake();
  }

  /** An event with this content, of ann. */
  event(content: unknown, type: unknown = "m.room.message"): object {
    this.#events++;
    return {
      type,
      content,
      sender: ANN,
      event_id: `$event${this.#events}`,
      origin_server_ts: Date.now(),
    };
  }

  /** The request of that number (from 1) among those that fit. */
  async hears(pattern: RegExp, number = 1): Promise<ScriptedRequest> {
    return await until(
      () => `request ${number} like ${pattern}; there were ${this.requests.map(shown).join(", ")}`,
      () => this.requests.filter((request) => pattern.test(shown(request)))[number - 1],
    );
  }

  /** Breaks all connections. */
  drop(): void {
    this.#server.closeAllConnections();
  }

  /** Idempotent. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.drop();
    await closed;
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("error", () => undefined);
    const request = await read(incoming);
    this.requests.push(request);
    const scripted = this.script(request);
    if (scripted === "never") return;
    if (scripted === "endless") return pour(response);
    write(response, scripted ?? (await this.#usual(request, response)));
  }

  async #usual(request: ScriptedRequest, response: ServerResponse): Promise<Answer> {
    const { method, path } = request;
    if (path === "v3/sync") return { json: await this.#sync(request, response) };
    const [, json] = USUAL.find(([pattern]) => pattern.test(`${method} ${path}`)) ?? [];
    if (json === undefined) {
      return { status: 404, json: { errcode: "M_UNRECOGNIZED", error: `no ${method} ${path}` } };
    }
    return { json: json(request, ++this.#events) };
  }

  async #sync({ query }: ScriptedRequest, response: ServerResponse): Promise<object> {
    const isFirst = query.get("since") === null;
    if (!isFirst && this.#batches.length === 0) {
      await this.#wait(Number(query.get("timeout") ?? 0), response);
    }
    this.#position++;
    const batch = isFirst ? { rooms: { join: { [ROOM]: FIRST_STATE } } } : this.#batches.shift();
    return { next_batch: `s${this.#position}`, ...batch };
  }

  async #wait(timeoutMs: number, response: ServerResponse): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    response.once("close", resolve);
    this.#waiting.add(resolve);
    await promise;
    clearTimeout(timer);
    this.#waiting.delete(resolve);
  }
}

const member = (user: string, membership = "join") => ({
  type: "m.room.member",
  state_key: user,
  sender: user,
  event_id: `$member-${user}`,
  origin_server_ts: 1,
  content: { membership },
});

const state = (type: string, content: object) => ({
  type,
  state_key: "",
  sender: ANN,
  event_id: `$${type}`,
  origin_server_ts: 1,
  content,
});

const FIRST_STATE = {
  state: {
    events: [
      state("m.room.create", { creator: ANN, room_version: "11" }),
      state("m.room.name", { name: "Lobby" }),
      state("m.room.canonical_alias", { alias: ALIAS }),
      state("m.room.power_levels", { users: { [ANN]: 100 } }),
      member(ANN),
      member(BOT),
    ],
  },
  timeline: { events: [], limited: false, prev_batch: "p1" },
};

type Usual = (request: ScriptedRequest, number: number) => unknown;

const USUAL: readonly (readonly [RegExp, Usual])[] = [
  [/^GET versions$/, () => ({ versions: ["v1.11", "v1.15"] })],
  [
    /^POST v3\/login$/,
    () => ({ user_id: BOT, access_token: TOKEN, device_id: "DEVICE", home_server: "example.org" }),
  ],
  [/^GET v3\/login$/, () => ({ flows: [{ type: "m.login.password" }] })],
  [/^POST v3\/logout/, () => ({})],
  [/^GET v3\/account\/whoami$/, () => ({ user_id: BOT, device_id: "DEVICE" })],
  [/^GET v3\/profile\//, () => ({ displayname: "bot" })],
  [/^POST v3\/(join|rooms\/[^/]+\/join)/, () => ({ room_id: ROOM })],
  [/^GET v3\/directory\/room\//, () => ({ room_id: ROOM, servers: ["example.org"] })],
  [/^GET v3\/joined_rooms$/, () => ({ joined_rooms: [ROOM] })],
  [/^PUT v3\/rooms\/.*\/(send|redact|state)\//, (_, number) => ({ event_id: `$sent${number}` })],
  [/^PUT v3\/rooms\/.*\/typing\//, () => ({})],
  [/^POST v3\/rooms\/.*\/leave$/, () => ({})],
  [/^POST v3\/createRoom$/, () => ({ room_id: "!private:example.org" })],
  [/^GET v3\/user\/.*\/account_data\//, () => ({})],
  [/^PUT v3\/user\/.*\/account_data\//, () => ({})],
  [/^GET v3\/rooms\/.*\/joined_members$/, () => ({ joined: { [ANN]: {}, [BOT]: {} } })],
  [/^GET v1\/media\/config$/, () => ({ "m.upload.size": 50_000_000 })],
  [/^GET v3\/capabilities$/, () => ({ capabilities: {} })],
];

async function read(incoming: IncomingMessage): Promise<ScriptedRequest> {
  const { pathname, searchParams } = new URL(incoming.url ?? "", "http://server");
  const bytes = await buffer(incoming);
  const path = pathname.startsWith(PREFIX) ? pathname.slice(PREFIX.length) : pathname;
  return {
    method: incoming.method ?? "",
    path: decodeURIComponent(path),
    query: searchParams,
    token: /^Bearer (.*)$/.exec(incoming.headers.authorization ?? "")?.[1] ?? "",
    body: parse(bytes.toString()),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function write(response: ServerResponse, answer: Answer): void {
  const { status = 200, headers, text, json = {}, isCut = false } = answer;
  const body = Buffer.from(text ?? JSON.stringify(json));
  const isChunked = headers?.["transfer-encoding"] !== undefined;
  const length = isChunked ? {} : { "content-length": String(body.length) };
  response.writeHead(status, { "content-type": "application/json", ...length, ...headers });
  if (!isCut) return void response.end(body);
  response.write(body.subarray(0, body.length / 2), () => response.destroy());
}

function pour(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" });
  const more = () => {
    while (!response.destroyed && response.write(ENDLESS_PIECE));
  };
  response.on("drain", more);
  more();
}

function shown({ method, path }: ScriptedRequest): string {
  return `${method} ${path}`;
}

/** Waits for a condition, with a deadline. */
export async function until<T>(
  what: string | (() => string),
  condition: () => T | undefined | false,
): Promise<T> {
  const end = performance.now() + DEADLINE_MS;
  for (;;) {
    const value = condition();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) {
      throw new Error(`waited in vain for ${typeof what === "string" ? what : what()}`);
    }
    await pause(POLL_MS);
  }
}

/** A scripted IRC server: each test decides what it sends and when. */
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** What a script may answer to a line; undefined: as every server would. */
export type Script = (
  line: string,
  connection: ScriptedConnection,
) => readonly string[] | undefined;

const DEADLINE_MS = 30_000;
const POLL_MS = 5;

export class ScriptedServer {
  readonly #server: Server;
  readonly connections: ScriptedConnection[] = [];
  /** Asked first for each line; may be changed at any time. */
  script: Script = () => undefined;

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket) => {
      this.connections.push(
        new ScriptedConnection(socket, (line, from) => this.script(line, from)),
      );
    });
  }

  static async listen(): Promise<ScriptedServer> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new ScriptedServer(server);
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("not listening");
    return address.port;
  }

  /** The connection of that number, counted from 1, when it is there. */
  connection(number: number): Promise<ScriptedConnection> {
    return until(`connection ${number}`, () => this.connections[number - 1]);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    for (const connection of this.connections) connection.drop();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, "close");
  }
}

export class ScriptedConnection {
  /** Every line of the client so far. */
  readonly lines: string[] = [];
  readonly #socket: Socket;
  readonly #script: Script;
  #unfinished = "";
  #ended = false;
  nick = "*";

  constructor(socket: Socket, script: Script) {
    this.#socket = socket;
    this.#script = script;
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => this.#read(text));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#ended = true;
    });
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  say(...lines: readonly string[]): void {
    this.#socket.write(lines.map((line) => `${line}\r\n`).join(""));
  }

  /** Bytes as they are, without a line's end. */
  write(bytes: string | Buffer, written?: () => void): void {
    this.#socket.write(bytes, (error) => {
      if (!error) written?.();
    });
  }

  /** What the client says from now on stays unread. */
  stopReading(): void {
    this.#socket.pause();
  }

  /** Breaks the connection. */
  drop(): void {
    this.#socket.destroy();
  }

  /** The client's line of that number (from 1) among those that match. */
  hears(pattern: RegExp, number = 1): Promise<string> {
    return until(
      () => `line ${pattern}; there were ${JSON.stringify(this.lines)}`,
      () => this.lines.filter((line) => pattern.test(line))[number - 1],
    );
  }

  #read(text: string): void {
    const lines = (this.#unfinished + text).split("\r\n");
    this.#unfinished = lines.pop() ?? "";
    for (const line of lines) {
      this.lines.push(line);
      this.say(...(this.#script(line, this) ?? this.#usual(line)));
    }
  }

  #usual(line: string): readonly string[] {
    const [command = "", first = ""] = line.split(" ");
    const mask = `:${this.nick}!~bird@example.org`;
    switch (command) {
      case "CAP":
        return first === "LS" ? [":srv CAP * LS :"] : [];
      case "NICK": {
        const before = this.nick;
        this.nick = first.replace(/^:/, "");
        return before === "*" ? [] : [`:${before}!~bird@example.org NICK ${this.nick}`];
      }
      case "USER":
        return this.welcome();
      case "PING":
        return [`:srv PONG srv ${line.slice("PING ".length)}`];
      case "JOIN":
        return first
          .split(",")
          .flatMap((channel) => [
            `${mask} JOIN ${channel}`,
            `:srv 353 ${this.nick} = ${channel} :${this.nick}`,
            `:srv 366 ${this.nick} ${channel} :End`,
          ]);
      case "PART":
        return first.split(",").map((channel) => `${mask} PART ${channel}`);
      case "TOPIC":
        return [`${mask} ${line}`];
      case "QUIT":
        this.#socket.end("ERROR :Closing link\r\n");
        return [];
      default:
        return [];
    }
  }

  welcome(): readonly string[] {
    return [
      `:srv 001 ${this.nick} :Welcome`,
      `:srv 005 ${this.nick} CASEMAPPING=rfc1459 CHANTYPES=# STATUSMSG=@+ TOPICLEN=300 :are supported`,
      `:srv 422 ${this.nick} :No MOTD`,
    ];
  }
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

/** The plainest IRC client: lines in, lines out, for what a person's client does not show. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { waitFor } from "./irc-wait.ts";

export class RawIrcClient {
  /** Every line of the server so far. */
  readonly lines: string[] = [];
  readonly #socket: Socket;
  #unfinished = "";

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("utf8");
    socket.on("error", () => undefined);
    socket.on("data", (text: string) => this.#read(text));
  }

  /** Connects, registers, and waits for the welcome. */
  static async connect(port: number, nick: string): Promise<RawIrcClient> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const client = new RawIrcClient(socket);
    client.say(`NICK ${nick}`, `USER ${nick} 0 * :${nick}`);
    await client.hears(/ 001 /);
    return client;
  }

  say(...lines: readonly string[]): void {
    this.#socket.write(lines.map((line) => `${line}\r\n`).join(""));
  }

  /** The server's line of that number (from 1) among those that match. */
  hears(pattern: RegExp, number = 1): Promise<string> {
    return waitFor(
      () => `line ${pattern}; there were ${JSON.stringify(this.lines)}`,
      () => this.lines.filter((line) => pattern.test(line))[number - 1],
    );
  }

  /** Breaks the connection. Idempotent. */
  close(): void {
    this.#socket.destroy();
  }

  #read(text: string): void {
    const lines = (this.#unfinished + text).split(/\r?\n/);
    this.#unfinished = lines.pop() ?? "";
    for (const line of lines) {
      this.lines.push(line);
      if (line.startsWith("PING ")) this.say(`PONG ${line.slice("PING ".length)}`);
    }
  }
}

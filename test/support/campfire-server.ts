/**
 * Campfire, a chat network of a test's own: lines of JSON over TCP.
 *
 * A client says `{ do: "enter", token }` and is told `{ is: "welcome" }`; then every room
 * (`{ is: "room", id, name, topic }`) and every line (`{ is: "line", room, user, body }`). It says
 * `{ do: "say", id, to, body }` and is told `{ is: "done", id }` or `{ is: "no", id, why }`.
 */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";

export interface CampfireRoom {
  readonly id: string;
  readonly name: string;
  readonly topic: string;
}

export interface SentLine {
  readonly to: string;
  readonly body: string;
}

export class CampfireServer {
  static readonly token = "s3cret";
  /** What clients said, oldest first. */
  readonly said: SentLine[] = [];
  /** How often anybody tried to enter. */
  entered = 0;
  rooms: CampfireRoom[] = [{ id: "lobby", name: "Lobby", topic: "welcome" }];
  readonly #server: Server = createServer((socket) => this.#serve(socket));
  readonly #sockets = new Set<Socket>();

  /** Closed at the end of the test. */
  static async start(t: TestContext): Promise<CampfireServer> {
    const server = new CampfireServer();
    t.after(() => server.close());
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get url(): string {
    return `tcp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get clients(): number {
    return this.#sockets.size;
  }

  /** A person says something in a room. */
  line(room: string, user: string, body: string): void {
    this.#tellAll({ is: "line", room, user, body });
  }

  /** Every client is thrown out. */
  throwOut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.throwOut();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  #tellAll(message: object): void {
    for (const socket of this.#sockets) tell(socket, message);
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    // A client that is killed resets its connection; the reader of lines tells that again.
    socket.on("error", () => undefined);
    createInterface({ input: socket })
      .on("line", (line) => this.#do(socket, JSON.parse(line)))
      .on("error", () => undefined);
  }

  #do(socket: Socket, request: Record<string, string>): void {
    const { id = "", to = "", body = "" } = request;
    if (request["do"] === "enter") {
      this.entered++;
      if (request["token"] !== CampfireServer.token) {
        tell(socket, { is: "no", id, why: "wrong token" });
        return;
      }
      tell(socket, { is: "welcome" });
      for (const room of this.rooms) tell(socket, { is: "room", ...room });
    } else if (!this.rooms.some((room) => room.id === to)) {
      tell(socket, { is: "no", id, why: `there is no room ${to}` });
    } else {
      if (request["do"] === "say") this.said.push({ to, body });
      tell(socket, { is: "done", id });
    }
  }
}

function tell(socket: Socket, message: object): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

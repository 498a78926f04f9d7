/** A client for Campfire, a chat network of lines of JSON over TCP. Knows nothing of Seabird. */
import { EventEmitter, once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";

interface CampfireEvents {
  room: [{ readonly id: string; readonly name: string; readonly topic: string }];
  line: [{ readonly room: string; readonly user: string; readonly body: string }];
}

/** Says no to us, in its own words. */
export class CampfireError extends Error {}

export class Campfire extends EventEmitter<CampfireEvents> {
  /** Rejects when the connection is over. */
  readonly closed: Promise<never>;
  readonly #socket: Socket;
  readonly #waiting = new Map<string, PromiseWithResolvers<void>>();
  readonly #entered = Promise.withResolvers<void>();
  #nextId = 1;

  static async open(
    { url, token }: { readonly url: string; readonly token: string },
    signal: AbortSignal,
  ): Promise<Campfire> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), signal });
    await once(socket, "connect");
    const link = new Campfire(socket);
    link.#write({ do: "enter", token });
    await Promise.race([link.#entered.promise, link.closed]);
    return link;
  }

  private constructor(socket: Socket) {
    super();
    this.#socket = socket;
    let why: Error | undefined;
    socket.on("error", (error) => (why = error));
    const over = new Promise((resolve) => socket.once("close", resolve));
    this.closed = over.then(() => this.#lost(why));
    this.closed.catch(() => undefined);
    const lines = createInterface({ input: socket });
    lines.on("line", (line) => this.#read(line)).on("error", () => undefined);
  }

  /** Resolves when the network has taken it; rejects with its words if it has not. */
  say(room: string, body: string): Promise<void> {
    return this.#ask({ do: "say", to: room, body });
  }

  leave(room: string, reason: string): Promise<void> {
    return this.#ask({ do: "leave", to: room, body: reason });
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask(request: object): Promise<void> {
    const id = String(this.#nextId++);
    const answer = Promise.withResolvers<void>();
    this.#waiting.set(id, answer);
    this.#write({ ...request, id });
    return answer.promise;
  }

  #write(message: object): void {
    this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  /** Rooms are told before anybody can listen; so everything waits for a turn. */
  #read(line: string): void {
    const message = JSON.parse(line);
    setImmediate(() => this.#take(message));
  }

  #take(message: Record<string, string>): void {
    const { is, id = "", name = "", topic = "", room = "", user = "", body = "", why } = message;
    if (is === "welcome") this.#entered.resolve();
    else if (is === "room") this.emit("room", { id, name, topic });
    else if (is === "line") this.emit("line", { room, user, body });
    else if (is === "done") this.#waiting.get(id)?.resolve();
    else if (is === "no") (this.#waiting.get(id) ?? this.#entered).reject(new CampfireError(why));
    if (is === "done" || is === "no") this.#waiting.delete(id);
  }

  #lost(cause: Error | undefined): never {
    const error = new CampfireError(cause?.message ?? "the connection was closed", { cause });
    for (const answer of this.#waiting.values()) answer.reject(error);
    this.#waiting.clear();
    throw error;
  }
}

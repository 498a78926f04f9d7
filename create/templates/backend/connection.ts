/**
 * The connection to the network, which knows nothing of Seabird. Here the network speaks lines of
 * JSON over TCP; put yours in its place.
 */
import { EventEmitter, once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { z } from "zod";

const Line = z.object({ room: z.string(), user: z.string(), text: z.string() });
const Room = z.object({ room: z.string(), topic: z.string() });

interface Events {
  room: [z.infer<typeof Room>];
  line: [z.infer<typeof Line>];
}

export class Connection extends EventEmitter<Events> {
  /** Rejects when the connection is lost. */
  readonly closed: Promise<never>;
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    super();
    this.#socket = socket;
    const { promise, reject } = Promise.withResolvers<never>();
    this.closed = promise;
    // Whoever awaits it hears of it; until then it is not unhandled.
    promise.catch(() => undefined);
    socket.on("close", () => reject(new Error("the network closed the connection")));
    createInterface({ input: socket })
      .on("line", (line) => this.#read(line))
      .on("error", reject);
  }

  static async open(
    { host, port }: { host: string; port: number },
    signal: AbortSignal,
  ): Promise<Connection> {
    const socket = connect({ host, port });
    try {
      await once(socket, "connect", { signal });
      return new Connection(socket);
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  say(room: string, text: string): void {
    this.#socket.write(`${JSON.stringify({ room, text })}\n`);
  }

  close(): void {
    this.#socket.end();
  }

  /** Whatever comes from a network may be anything. */
  #read(text: string): void {
    const json = parse(text);
    const line = Line.safeParse(json);
    if (line.success) this.emit("line", line.data);
    const room = Room.safeParse(json);
    if (room.success) this.emit("room", room.data);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The connection to the network, which knows nothing of Seabird. Here the network speaks lines of
 * JSON over TCP; put yours in its place.
 */
import { EventEmitter, once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { z } from "zod";

const id = z.string().min(1);
const Message = z.object({ room: z.string(), user: z.string(), text: z.string() });
/** `re` is the message that it answers. */
const Line = Message.extend({ id, re: id.optional() });
const Edited = Message.extend({ edited: id });
const Reaction = z.object({
  room: z.string(),
  user: z.string(),
  to: id,
  reaction: z.string(),
  removed: z.boolean().default(false),
});
const Room = z.object({ room: z.string(), topic: z.string() });
/** The answer to a request; `no` is why the network refuses it. */
const Answer = z.object({ ref: z.number(), id: z.string().default(""), no: z.string().optional() });

interface Events {
  room: [z.infer<typeof Room>];
  line: [z.infer<typeof Line>];
  edited: [z.infer<typeof Edited>];
  reaction: [z.infer<typeof Reaction>];
}

export class Connection extends EventEmitter<Events> {
  /** Rejects when the connection is lost. */
  readonly closed: Promise<never>;
  readonly #socket: Socket;
  readonly #asked = new Map<number, PromiseWithResolvers<string>>();
  #lastRef = 0;

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

  /** Resolves with the message's id when the network has taken it. */
  say(room: string, text: string, re: string | undefined): Promise<string> {
    return this.#ask({ room, text, re });
  }

  edit(room: string, edit: string, text: string): Promise<string> {
    return this.#ask({ room, edit, text });
  }

  react(room: string, to: string, reaction: string, removed: boolean): Promise<string> {
    return this.#ask({ room, to, reaction, removed });
  }

  close(): void {
    this.#socket.end();
  }

  /** Rejects with the network's words if it refuses, and when the connection is lost. */
  async #ask(request: object): Promise<string> {
    this.#lastRef += 1;
    const ref = this.#lastRef;
    const asked = Promise.withResolvers<string>();
    this.#asked.set(ref, asked);
    this.#socket.write(`${JSON.stringify({ ...request, ref })}\n`);
    try {
      return await Promise.race([asked.promise, this.closed]);
    } finally {
      this.#asked.delete(ref);
    }
  }

  #answer({ ref, id, no }: z.infer<typeof Answer>): void {
    if (no === undefined) this.#asked.get(ref)?.resolve(id);
    else this.#asked.get(ref)?.reject(new Error(no));
  }

  /** Whatever comes from a network may be anything. */
  #read(text: string): void {
    const json = parse(text);
    const answer = Answer.safeParse(json);
    if (answer.success) this.#answer(answer.data);
    const room = Room.safeParse(json);
    if (room.success) this.emit("room", room.data);
    const line = Line.safeParse(json);
    if (line.success) this.emit("line", line.data);
    const edited = Edited.safeParse(json);
    if (edited.success) this.emit("edited", edited.data);
    const reaction = Reaction.safeParse(json);
    if (reaction.success) this.emit("reaction", reaction.data);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

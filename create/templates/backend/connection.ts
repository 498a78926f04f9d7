/**
 * The connection to the network, which knows nothing of Seabird. Here the network speaks lines of
 * JSON over TCP; put yours in its place.
 */
import { EventEmitter, once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { z } from "zod";

const id = z.string().min(1);
const by = { room: z.string(), user: z.string() };

/** What the network tells of its own accord. */
const LINES = {
  room: z.object({ room: z.string(), topic: z.string() }),
  /** `re` is the message that it answers. */
  line: z.object({ ...by, text: z.string(), id, re: id.optional() }),
  edited: z.object({ ...by, text: z.string(), edited: id }),
  deleted: z.object({ ...by, deleted: id }),
  reaction: z.object({ ...by, to: id, reaction: z.string(), removed: z.boolean().default(false) }),
  typing: z.object({ ...by, typing: z.boolean() }),
  presence: z.object({ ...by, isHere: z.boolean() }),
};

/** The answer to a request; `no` is why the network refuses it. */
const Answer = z.object({
  ref: z.number(),
  id: z.string().default(""),
  members: z.array(z.string()).default([]),
  no: z.string().optional(),
});
type Answer = z.infer<typeof Answer>;

type Events = { [Name in keyof typeof LINES]: [z.infer<(typeof LINES)[Name]>] };

export class Connection extends EventEmitter<Events> {
  /** Rejects when the connection is lost. */
  readonly closed: Promise<never>;
  readonly #socket: Socket;
  readonly #asked = new Map<number, PromiseWithResolvers<Answer>>();
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

  /** Resolves with the answer, in which a new message has its id, when the network has done it. */
  say(room: string, text: string, re: string | undefined): Promise<Answer> {
    return this.#ask({ room, text, re });
  }

  edit(room: string, edit: string, text: string): Promise<Answer> {
    return this.#ask({ room, edit, text });
  }

  delete(room: string, deleted: string): Promise<Answer> {
    return this.#ask({ room, delete: deleted });
  }

  react(room: string, to: string, reaction: string, removed: boolean): Promise<Answer> {
    return this.#ask({ room, to, reaction, removed });
  }

  type(room: string, typing: boolean): Promise<Answer> {
    return this.#ask({ room, typing });
  }

  /** The answer has the room's members. */
  who(room: string): Promise<Answer> {
    return this.#ask({ room, who: true });
  }

  close(): void {
    this.#socket.end();
  }

  /** Rejects with the network's words if it refuses, and when the connection is lost. */
  async #ask(request: object): Promise<Answer> {
    this.#lastRef += 1;
    const ref = this.#lastRef;
    const asked = Promise.withResolvers<Answer>();
    this.#asked.set(ref, asked);
    this.#socket.write(`${JSON.stringify({ ...request, ref })}\n`);
    try {
      return await Promise.race([asked.promise, this.closed]);
    } finally {
      this.#asked.delete(ref);
    }
  }

  #answer(answer: Answer): void {
    const asked = this.#asked.get(answer.ref);
    if (answer.no === undefined) asked?.resolve(answer);
    else asked?.reject(new Error(answer.no));
  }

  /** Whatever comes from a network may be anything. */
  #read(text: string): void {
    const json = parse(text);
    const answer = Answer.safeParse(json);
    if (answer.success) this.#answer(answer.data);
    for (const [name, shape] of Object.entries(LINES)) {
      const line = shape.safeParse(json);
      // The name and the shape are of the same row.
      if (line.success) this.emit(name as keyof Events, line.data as never);
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A client in another language: a child process that is spoken to in lines of JSON. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import {
  create,
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonValue,
  type MessageShape,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import {
  ChatEventSchema,
  type ChatRequest,
  ChatRequestSchema,
  type Event,
  EventSchema,
  Seabird,
  StreamEventsRequestSchema,
} from "@seabird-chat/protocol";
import type {
  Client,
  Commands,
  EventInit,
  EventStream,
  IngestStream,
  Input,
  Method,
  Outcome,
} from "./client.ts";
import { deadline } from "./deadline.ts";
import type { Program } from "./programs.ts";
import { ForeignStream, type Status } from "./stream.ts";

/** One line of the program's. */
interface Happening extends Status {
  readonly id: number;
  readonly what: string;
  readonly body?: JsonValue;
}

type Listener = (happening: Happening) => void;

export class ProgramClient implements Client {
  readonly tellsHeaders: boolean;
  readonly #program: Program;
  readonly #child: ChildProcess;
  readonly #exit: Promise<void>;
  readonly #listeners = new Map<number, Listener>();
  #lastId = 0;
  #stderr = "";

  /** Starts the program; resolves when it takes orders. */
  static async start(
    program: Program,
    address: { readonly url: string; readonly token: string },
    env: NodeJS.ProcessEnv = {},
  ): Promise<ProgramClient> {
    const client = new ProgramClient(program, {
      ...process.env,
      ...program.env,
      ...env,
      SEABIRD_URL: address.url,
      SEABIRD_TOKEN: address.token,
    });
    const ready = Promise.withResolvers<void>();
    client.#listeners.set(0, ({ what, message }) => {
      if (what === "ready") ready.resolve();
      else if (what === "left") ready.reject(new Error(message));
    });
    try {
      await deadline(ready.promise, () => client.#story("is not ready"));
    } catch (error) {
      await client.close();
      throw error;
    }
    return client;
  }

  private constructor(program: Program, env: NodeJS.ProcessEnv) {
    this.#program = program;
    this.tellsHeaders = program.tellsHeaders;
    const child = spawn(program.command, program.args, { env, stdio: ["pipe", "pipe", "pipe"] });
    this.#child = child;
    this.#exit = new Promise((resolve) => child.on("close", () => resolve()));
    this.#exit.then(() => this.#left());
    child.on("error", (error) => {
      this.#stderr += error.message;
    });
    child.stdin.on("error", () => {});
    child.stderr.on("data", (bytes: Buffer) => {
      this.#stderr += bytes;
    });
    createInterface({ input: child.stdout }).on("line", (line) => this.#hear(line));
  }

  async call<M extends Method>(method: M, request: Input<M>): Promise<Outcome> {
    const { input, output, name } = Seabird.method[method];
    const message = create(input as DescMessage, request as never);
    const order = { do: "call", method: name, body: this.#encode(input as DescMessage, message) };
    return this.#outcome(order, output);
  }

  /** One of the client library's own helpers for replies. */
  helper(order: { do: "reply" | "blocks"; channel: string; text?: string; name?: string }) {
    return this.#outcome(order, undefined);
  }

  events(commands: Commands = {}): EventStream {
    const id = this.#nextId();
    const stream = new ForeignStream<Event>(this.#say("event stream"), () => this.#cancel(id));
    this.#follow(id, stream, EventSchema);
    const request = create(StreamEventsRequestSchema, { commands });
    this.#send({ id, do: "events", body: this.#encode(StreamEventsRequestSchema, request) });
    return stream;
  }

  backend(type: string, id: string): IngestStream {
    if (this.#program.saysHello) return this.#ingest({ type, name: id });
    const stream = this.ingest();
    stream.push({ inner: { case: "hello", value: { backendInfo: { type, id } } } });
    return stream;
  }

  ingest(): IngestStream {
    return this.#ingest({});
  }

  /** Stops it where it is, as a machine that hangs: its connection stays, nothing answers. */
  hang(): void {
    this.#child.kill("SIGSTOP");
  }

  async close(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exit;
  }

  #ingest(hello: { type?: string; name?: string }): IngestStream {
    const id = this.#nextId();
    const stream = new ForeignStream<ChatRequest>(this.#say("ingest stream"), () =>
      this.#cancel(id),
    );
    this.#follow(id, stream, ChatRequestSchema);
    this.#send({ id, do: "ingest", ...hello });
    return Object.assign(stream, {
      push: (event: EventInit) => {
        const body = this.#encode(ChatEventSchema, create(ChatEventSchema, event));
        this.#send({ id, do: "push", body });
      },
      finish: () => this.#send({ id, do: "finish" }),
    });
  }

  #follow<D extends DescMessage>(
    id: number,
    stream: ForeignStream<MessageShape<D>>,
    desc: D,
  ): void {
    this.#listeners.set(id, ({ what, code, message, body }) => {
      if (what === "headers") stream.gotHeaders();
      else if (what === "message") stream.got(this.#decode(desc, body));
      else stream.gotEnd({ code, message });
    });
  }

  #outcome(order: object, output: DescMessage | undefined): Promise<Outcome> {
    const id = this.#nextId();
    const outcome = new Promise<Outcome>((resolve) => {
      this.#listeners.set(id, ({ what, code, message, body }) => {
        if (what !== "answer") resolve({ code, message });
        else if (output === undefined) resolve({ code: 0, message: "" });
        else {
          const response = toJson(output, this.#decode(output, body));
          resolve({ code: 0, message: "", response });
        }
      });
    });
    this.#send({ id, ...order });
    return deadline(outcome, () => this.#story(`does not answer ${JSON.stringify(order)}`));
  }

  #encode<D extends DescMessage>(desc: D, message: MessageShape<D>): JsonValue {
    if (this.#program.encoding === "json") return toJson(desc, message);
    return Buffer.from(toBinary(desc, message)).toString("hex");
  }

  #decode<D extends DescMessage>(desc: D, body: JsonValue | undefined): MessageShape<D> {
    if (typeof body === "string") return fromBinary(desc, Buffer.from(body, "hex"));
    return fromJson(desc, body ?? {});
  }

  /** Whoever still waits is told. */
  #left(): void {
    for (const [id, listener] of this.#listeners) {
      listener({ id, what: "left", code: -1, message: this.#story("left") });
    }
  }

  #hear(line: string): void {
    const happening = JSON.parse(line) as Happening;
    this.#listeners.get(happening.id)?.(happening);
    if (happening.what === "nonsense") this.#stderr += `${line}\n`;
  }

  #send(order: object): void {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  #cancel(id: number): void {
    this.#send({ id, do: "cancel" });
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  #say(what: string): string {
    return `${what} of the ${this.#program.name} client`;
  }

  #story(what: string): string {
    return `the ${this.#program.name} client ${what}; it said: ${this.#stderr || "nothing"}`;
  }
}

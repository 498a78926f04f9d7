/** A stream of a core in the same process: everything of it but the socket. */
import { type DescMethod, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { MemoryStream } from "@seabird-chat/core/testing";
import { ChatIngest, Seabird } from "@seabird-chat/protocol";
import { type ConnectOptions, SeabirdError } from "@seabird-chat/sdk";
import { CallLimits, nextTurn } from "./call-limits.ts";
import type { MemoryTransportDeps } from "./memory-transport.ts";
import { lost, toConnectError } from "./wire-error.ts";

type OpenStream = ReturnType<NonNullable<ConnectOptions["open"]>>["stream"];
type StreamCall = Parameters<OpenStream>[0];
type MessageStream = ReturnType<OpenStream>;

const METHODS: ReadonlyMap<string, DescMethod> = new Map(
  [Seabird.method.streamEvents, ChatIngest.method.ingestEvents].map((method) => [
    `/${method.parent.typeName}/${method.name}`,
    method,
  ]),
);

export class MemoryMessageStream implements MessageStream {
  readonly opened: Promise<boolean>;
  readonly ended: Promise<void>;
  readonly #deps: MemoryTransportDeps;
  readonly #call: StreamCall;
  readonly #method: DescMethod;
  /** The one request of a method that takes one. */
  readonly #request = Promise.withResolvers<Uint8Array>();
  readonly #opening = Promise.withResolvers<MemoryStream | undefined>();
  /** What was sent last, which the next one follows. */
  #sent: Promise<void> = Promise.resolve();

  constructor(deps: MemoryTransportDeps, call: StreamCall) {
    const method = METHODS.get(call.path);
    if (method === undefined) throw new Error(`${call.path} is no stream`);
    this.#deps = deps;
    this.#call = call;
    this.#method = method;
    this.opened = this.#opening.promise.then((stream) => stream !== undefined);
    this.ended = this.#run();
    this.ended.catch(() => undefined);
  }

  send(messages: readonly Uint8Array[]): Promise<void> {
    const [first] = messages;
    if (first !== undefined) this.#request.resolve(first);
    this.#sent = this.#sent.then(async () => {
      if (this.#takesOneRequest) return;
      const stream = await this.#opening.promise;
      for (const message of messages) await stream?.send(message);
    });
    return this.#sent;
  }

  halfClose(): void {
    void this.#sent.then(async () => (await this.#opening.promise)?.halfClose());
  }

  get #takesOneRequest(): boolean {
    return this.#method.methodKind === "server_streaming";
  }

  async #run(): Promise<void> {
    const limits = new CallLimits();
    try {
      const stream = await this.#open(limits);
      this.#opening.resolve(stream);
      limits.onReached(() => stream.close());
      this.#call.onHeaders();
      await this.#read(stream, limits);
    } catch (reason) {
      throw SeabirdError.from(toConnectError(reason));
    } finally {
      this.#opening.resolve(undefined);
      limits.close();
    }
  }

  async #open(limits: CallLimits): Promise<MemoryStream> {
    const { idle, line, token } = this.#deps;
    const { path, signal } = this.#call;
    const end = idle.begin(`opening of ${path}`);
    try {
      const { connection, gone } = line();
      limits.add(signal, () => ConnectError.from(signal.reason, Code.Canceled));
      limits.add(gone, lost);
      // Nothing is answered within the turn in which it was asked, on no wire.
      await limits.race(nextTurn());
      const head = { path, authorization: `Bearer ${token}`, timeoutMs: undefined };
      const opening = this.#takesOneRequest
        ? this.#request.promise.then((request) => connection.stream(head, request))
        : connection.stream(head);
      // Whoever gives up before it is open leaves nothing open.
      limits.onReached(() => void opening.then((late) => late.close(), ignore));
      return await limits.race(opening);
    } finally {
      end();
    }
  }

  async #read(stream: MemoryStream, limits: CallLimits): Promise<void> {
    const { idle } = this.#deps;
    const messages = stream.messages();
    try {
      for (;;) {
        const next = await limits.race(messages.next());
        if (next.done === true) return;
        idle.tick();
        await this.#call.onMessage(toBinary(this.#method.output, next.value));
      }
    } finally {
      stream.close();
      idle.tick();
    }
  }
}

function ignore(): void {
  // Nobody waits for it any more.
}

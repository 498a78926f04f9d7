/** A Connect transport over a core in the same process: everything of a call but the socket. */
import {
  create,
  type DescMessage,
  type DescMethodStreaming,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type StreamResponse,
  type Transport,
  type UnaryResponse,
} from "@connectrpc/connect";
import type { CallHead, MemoryConnection, MemoryStream } from "@seabird-chat/core/testing";
import type { IdleDetector } from "../time/idle-detector.ts";
import { lost, toConnectError } from "./wire-error.ts";

type HeadersGiven = Parameters<Transport["unary"]>[3];

/** What a transport speaks over: a connection, and the signal that it has gone. */
export interface Line {
  readonly connection: MemoryConnection;
  readonly gone: AbortSignal;
}

export interface MemoryTransportDeps {
  readonly token: string;
  readonly idle: IdleDetector;
  /** The connection, made anew if there is none. Throws if core is not there. */
  readonly line: () => Line;
}

export class MemoryTransport implements Transport {
  readonly #deps: MemoryTransportDeps;

  constructor(deps: MemoryTransportDeps) {
    this.#deps = deps;
  }

  async unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeadersGiven,
    input: MessageInitShape<I>,
  ): Promise<UnaryResponse<I, O>> {
    const end = this.#deps.idle.begin(`call of ${method.name}`);
    const limits = new Limits();
    try {
      const request = toBinary(method.input, create(method.input, input));
      const { connection, gone } = this.#deps.line();
      limits.add(signal, () => ConnectError.from(signal?.reason, Code.Canceled));
      limits.add(gone, lost);
      // Nothing is answered within the turn in which it was asked, on no wire.
      await limits.race(nextTurn());
      const call = connection.unary(this.#head(method, timeoutMs), request);
      limits.onReached(() => call.cancel());
      const message = (await limits.race(call.reply)) as MessageShape<O>;
      await limits.race(nextTurn());
      return { stream: false, ...about(method, header), message };
    } catch (reason) {
      throw toConnectError(reason);
    } finally {
      limits.close();
      end();
    }
  }

  async stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodStreaming<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeadersGiven,
    input: AsyncIterable<MessageInitShape<I>>,
  ): Promise<StreamResponse<I, O>> {
    const end = this.#deps.idle.begin(`opening of ${method.name}`);
    const limits = new Limits();
    try {
      const { connection, gone } = this.#deps.line();
      limits.add(signal, () => ConnectError.from(signal?.reason, Code.Canceled));
      limits.add(gone, lost);
      await limits.race(nextTurn());
      const head = this.#head(method, timeoutMs);
      const opening = open(connection, head, method, input);
      // Whoever gives up before it is open leaves nothing open.
      limits.onReached(() => void opening.then((late) => late.close(), ignore));
      const stream = await limits.race(opening);
      const message = this.#messages<O>(stream, limits);
      return { stream: true, ...about(method, header), message };
    } catch (reason) {
      limits.close();
      throw toConnectError(reason);
    } finally {
      end();
    }
  }

  async *#messages<O extends DescMessage>(
    stream: MemoryStream,
    limits: Limits,
  ): AsyncGenerator<MessageShape<O>> {
    limits.onReached(() => stream.close());
    const messages = stream.messages();
    try {
      for (;;) {
        const { value, done } = await limits.race(messages.next());
        if (done === true) return;
        this.#deps.idle.tick();
        yield value as MessageShape<O>;
      }
    } catch (reason) {
      throw toConnectError(reason);
    } finally {
      limits.close();
      stream.close();
      this.#deps.idle.tick();
    }
  }

  #head(method: DescMethodUnary | DescMethodStreaming, timeoutMs: number | undefined): CallHead {
    const path = `/${method.parent.typeName}/${method.name}`;
    return { path, authorization: `Bearer ${this.#deps.token}`, timeoutMs };
  }
}

/** Begins a stream; a bidirectional one goes on sending by itself. */
async function open<I extends DescMessage, O extends DescMessage>(
  connection: MemoryConnection,
  head: CallHead,
  method: DescMethodStreaming<I, O>,
  input: AsyncIterable<MessageInitShape<I>>,
): Promise<MemoryStream> {
  const encode = (message: MessageInitShape<I>) =>
    toBinary(method.input, create(method.input, message));
  if (method.methodKind === "server_streaming") {
    for await (const message of input) return connection.stream(head, encode(message));
  }
  const stream = await connection.stream(head);
  void sendAll(stream, input, encode);
  return stream;
}

async function sendAll<T>(
  stream: MemoryStream,
  input: AsyncIterable<T>,
  encode: (message: T) => Uint8Array,
): Promise<void> {
  try {
    for await (const message of input) await stream.send(encode(message));
    stream.halfClose();
  } catch {
    // What cannot be encoded ends the stream, as it does on a wire.
    stream.close();
  }
}

/** What ends a call from the caller's side: its signal, or the connection's end. */
class Limits {
  readonly #reached = Promise.withResolvers<never>();
  readonly #undo: (() => void)[] = [];
  #then: (() => void) | undefined;
  #over = false;

  constructor() {
    this.#reached.promise.catch(() => undefined);
  }

  add(signal: AbortSignal | undefined, error: () => Error): void {
    if (signal === undefined) return;
    const reach = () => this.#reach(error());
    if (signal.aborted) reach();
    signal.addEventListener("abort", reach, { once: true });
    this.#undo.push(() => signal.removeEventListener("abort", reach));
  }

  /** Called at once if a limit has been reached already. */
  onReached(then: () => void): void {
    if (this.#over) then();
    else this.#then = then;
  }

  /** The promise's value, or the error of the limit that was reached first. */
  race<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([this.#reached.promise, promise]);
  }

  close(): void {
    for (const undo of this.#undo) undo();
    this.#then = undefined;
  }

  #reach(error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#reached.reject(error);
    this.#then?.();
  }
}

function about<M extends DescMethodUnary | DescMethodStreaming>(method: M, header: HeadersGiven) {
  const trailer = new Headers({ "grpc-status": "0" });
  return { service: method.parent, method, header: new Headers(header), trailer };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function ignore(): void {
  // Nobody waits for it any more.
}

/** A Connect transport for single calls of a core in the same process: all of a call but the socket. */
import {
  create,
  type DescMessage,
  type DescMethodStreaming,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport, type UnaryResponse } from "@connectrpc/connect";
import type { CallHead, MemoryConnection } from "@seabird-chat/core/testing";
import { INSTANCE_HEADER } from "@seabird-chat/protocol";
import type { IdleDetector } from "../time/idle-detector.ts";
import { CallLimits, nextTurn } from "./call-limits.ts";
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
    const limits = new CallLimits();
    let headers: Readonly<Record<string, string>> = {};
    try {
      const request = toBinary(method.input, create(method.input, input));
      const { connection, gone } = this.#deps.line();
      limits.add(signal, () => ConnectError.from(signal?.reason, Code.Canceled));
      limits.add(gone, lost);
      // Nothing is answered within the turn in which it was asked, on no wire.
      await limits.race(nextTurn());
      const call = connection.unary(this.#head(method, timeoutMs, header), request);
      limits.onReached(() => call.cancel());
      headers = connection.responseHeaders;
      const message = (await limits.race(call.reply)) as MessageShape<O>;
      await limits.race(nextTurn());
      return { stream: false, ...about(method, headers), message };
    } catch (reason) {
      throw toConnectError(reason, headers);
    } finally {
      limits.close();
      end();
    }
  }

  stream(method: DescMethodStreaming): never {
    throw new ConnectError(`${method.name} is no call but a stream`, Code.Unimplemented);
  }

  #head(method: DescMethodUnary, timeoutMs: number | undefined, header: HeadersGiven): CallHead {
    const path = `/${method.parent.typeName}/${method.name}`;
    const instance = new Headers(header).get(INSTANCE_HEADER) ?? undefined;
    return { path, authorization: `Bearer ${this.#deps.token}`, timeoutMs, instance };
  }
}

function about<M extends DescMethodUnary>(method: M, header: Readonly<Record<string, string>>) {
  const trailer = new Headers({ "grpc-status": "0" });
  return { service: method.parent, method, header: new Headers(header), trailer };
}

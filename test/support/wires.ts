/**
 * The three wires that core speaks, behind one face, so that one table of expectations runs
 * over all of them. Written by hand, so that a test can send what no library would.
 */
import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  fromJsonString,
  type Message,
  type MessageInitShape,
  toBinary,
  toJsonString,
} from "@bufbuild/protobuf";
import { envelope, type RawCall, RawClient } from "./grpc-client.ts";

export interface WireEnd {
  /** gRPC's number. */
  readonly status: number;
  readonly message: string;
  /** From trailers, or where the wire has them. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly response: Message | undefined;
}

export interface WireCallOptions {
  /** The whole `authorization` header. */
  readonly authorization?: string;
  readonly timeout?: "malformed" | "zero" | number;
  readonly encoding?: string;
  /** The header `seabird-instance`. */
  readonly instance?: string;
  /** Sent in the place of the message, as the wire frames it. */
  readonly garbage?: boolean;
  /** Sent as often (default 1). */
  readonly copies?: number;
}

export interface WireStream {
  readonly messages: readonly Message[];
  /** Resolves when the response's header has come. */
  opened(): Promise<void>;
  nextMessages(count: number): Promise<readonly Message[]>;
  /** The one at this index, when it has come. */
  message(index: number): Promise<Message>;
  send(message: Message): void;
  sendGarbage(): void;
  halfClose(): void;
  end(): Promise<WireEnd>;
}

export interface Wire {
  readonly name: "grpc" | "grpc_web" | "connect_json";
  unary<M extends DescMethod>(
    desc: M,
    request: MessageInitShape<M["input"]>,
    options?: WireCallOptions,
  ): Promise<WireEnd>;
  /** A path that is no method, or one called with what is no message. */
  path(path: string, options?: WireCallOptions): Promise<WireEnd>;
  stream<M extends DescMethod>(desc: M, options?: WireCallOptions): WireStream;
  close(): Promise<void>;
}

/** How a wire differs from the others. */
interface Dialect {
  readonly name: Wire["name"];
  readonly contentType: { readonly unary: string; readonly stream: string };
  readonly enveloped: boolean;
  readonly json: boolean;
  readonly timeoutHeader: string;
  readonly encodingHeader: { readonly unary: string; readonly stream: string };
  readonly millis: (ms: number) => string;
  end(call: RawCall): Omit<WireEnd, "response">;
}

const CONNECT_CODES: Readonly<Record<string, number>> = {
  canceled: 1,
  unknown: 2,
  invalid_argument: 3,
  deadline_exceeded: 4,
  not_found: 5,
  already_exists: 6,
  permission_denied: 7,
  resource_exhausted: 8,
  failed_precondition: 9,
  aborted: 10,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
};

const DIALECTS: readonly Dialect[] = [
  {
    name: "grpc",
    contentType: { unary: "application/grpc", stream: "application/grpc" },
    enveloped: true,
    json: false,
    timeoutHeader: "grpc-timeout",
    encodingHeader: { unary: "grpc-encoding", stream: "grpc-encoding" },
    millis: (ms) => `${ms}m`,
    end: grpcEnd,
  },
  {
    name: "grpc_web",
    contentType: { unary: "application/grpc-web+proto", stream: "application/grpc-web+proto" },
    enveloped: true,
    json: false,
    timeoutHeader: "grpc-timeout",
    encodingHeader: { unary: "grpc-encoding", stream: "grpc-encoding" },
    millis: (ms) => `${ms}m`,
    end: grpcWebEnd,
  },
  {
    name: "connect_json",
    contentType: { unary: "application/json", stream: "application/connect+json" },
    enveloped: false,
    json: true,
    timeoutHeader: "connect-timeout-ms",
    encodingHeader: { unary: "content-encoding", stream: "connect-content-encoding" },
    millis: (ms) => String(ms),
    end: connectEnd,
  },
];

export function openWires(url: string): readonly Wire[] {
  return DIALECTS.map((dialect) => new DialectWire(url, dialect));
}

class DialectWire implements Wire {
  readonly name: Wire["name"];
  readonly #dialect: Dialect;
  readonly #client: RawClient;

  constructor(url: string, dialect: Dialect) {
    this.name = dialect.name;
    this.#dialect = dialect;
    this.#client = new RawClient(url);
  }

  async unary<M extends DescMethod>(
    desc: M,
    request: MessageInitShape<M["input"]>,
    options: WireCallOptions = {},
  ): Promise<WireEnd> {
    const message = create(desc.input as DescMessage, request as Record<string, unknown>);
    const body = this.#encode(desc.input, message);
    return this.#call(pathOf(desc), desc, body, options);
  }

  path(path: string, options: WireCallOptions = {}): Promise<WireEnd> {
    return this.#call(path, undefined, new Uint8Array(), options);
  }

  stream<M extends DescMethod>(desc: M, options: WireCallOptions = {}): WireStream {
    const call = this.#client.open(pathOf(desc), this.#headers("stream", options));
    return new DialectStream(call, desc, this.#dialect, (message) =>
      this.#encode(desc.input, message),
    );
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #call(
    path: string,
    desc: DescMethod | undefined,
    message: Uint8Array,
    options: WireCallOptions,
  ): Promise<WireEnd> {
    const { enveloped, json } = this.#dialect;
    const call = this.#client.open(path, this.#headers("unary", options));
    call.enveloped = enveloped;
    const body = options.garbage ? garbage(json) : message;
    for (let copy = 0; copy < (options.copies ?? 1); copy += 1) {
      call.stream.write(enveloped ? envelope(body) : body);
    }
    call.end();
    await call.result();
    const end = this.#dialect.end(call);
    const bytes = call.messages[0];
    const response =
      end.status === 0 && desc !== undefined && bytes !== undefined
        ? decode(desc.output, bytes, json)
        : undefined;
    return { ...end, response };
  }

  #encode(schema: DescMessage, message: Message): Uint8Array {
    if (!this.#dialect.json) return toBinary(schema, message);
    return new TextEncoder().encode(toJsonString(schema, message));
  }

  #headers(kind: "unary" | "stream", options: WireCallOptions) {
    const { contentType, timeoutHeader, encodingHeader, millis } = this.#dialect;
    const headers: Record<string, string> = { "content-type": contentType[kind] };
    if (options.authorization !== undefined) headers["authorization"] = options.authorization;
    if (options.encoding !== undefined) headers[encodingHeader[kind]] = options.encoding;
    if (options.instance !== undefined) headers["seabird-instance"] = options.instance;
    if (options.timeout === "malformed") headers[timeoutHeader] = "soon";
    else if (options.timeout !== undefined) {
      headers[timeoutHeader] = millis(options.timeout === "zero" ? 0 : options.timeout);
    }
    return headers;
  }
}

class DialectStream implements WireStream {
  readonly #call: RawCall;
  readonly #desc: DescMethod;
  readonly #dialect: Dialect;
  readonly #encode: (message: Message) => Uint8Array;

  constructor(
    call: RawCall,
    desc: DescMethod,
    dialect: Dialect,
    encode: (message: Message) => Uint8Array,
  ) {
    this.#call = call;
    this.#desc = desc;
    this.#dialect = dialect;
    this.#encode = encode;
  }

  get messages(): readonly Message[] {
    return this.#call.messages.map((bytes) => decode(this.#desc.output, bytes, this.#dialect.json));
  }

  opened(): Promise<void> {
    return this.#call.headersCame();
  }

  async nextMessages(count: number): Promise<readonly Message[]> {
    await this.#call.nextMessages(count);
    return this.messages.slice(0, count);
  }

  async message(index: number): Promise<Message> {
    const messages = await this.#call.nextMessages(index + 1);
    return decode(this.#desc.output, messages[index] as Uint8Array, this.#dialect.json);
  }

  send(message: Message): void {
    this.#call.write(this.#encode(message));
  }

  sendGarbage(): void {
    this.#call.write(garbage(this.#dialect.json));
  }

  halfClose(): void {
    this.#call.end();
  }

  async end(): Promise<WireEnd> {
    await this.#call.result();
    const streamed = this.#dialect.name === "connect_json" ? connectStreamEnd : this.#dialect.end;
    return { ...streamed(this.#call), response: undefined };
  }
}

function pathOf(desc: DescMethod): string {
  return `/${desc.parent.typeName}/${desc.name}`;
}

function decode(schema: DescMessage, bytes: Uint8Array, json: boolean): Message {
  if (!json) return fromBinary(schema, bytes);
  return fromJsonString(schema, new TextDecoder().decode(bytes));
}

/** Bytes that are no message of ours. */
function garbage(json: boolean): Uint8Array {
  return json ? new TextEncoder().encode('{"text":') : Uint8Array.of(0xff, 0xff, 0xff);
}

function grpcEnd(call: RawCall): Omit<WireEnd, "response"> {
  const trailers = "grpc-status" in call.headers ? call.headers : call.trailers;
  const metadata = new Map(
    Object.entries(trailers).map(([name, value]) => [name, String(value)] as const),
  );
  return statusIn(metadata);
}

function statusIn(metadata: ReadonlyMap<string, string>): Omit<WireEnd, "response"> {
  return {
    status: Number(metadata.get("grpc-status") ?? -1),
    message: decodeURIComponent(metadata.get("grpc-message") ?? ""),
    metadata,
  };
}

function grpcWebEnd(call: RawCall): Omit<WireEnd, "response"> {
  const lines = new TextDecoder().decode(call.endOfStream).split("\r\n").filter(Boolean);
  return statusIn(
    new Map(
      lines.map((line) => {
        const at = line.indexOf(":");
        return [line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()] as const;
      }),
    ),
  );
}

interface ConnectErrorJson {
  readonly code?: string;
  readonly message?: string;
}

function connectEnd(call: RawCall): Omit<WireEnd, "response"> {
  const metadata = new Map(
    Object.entries(call.headers).map(([name, value]) => [name, String(value)] as const),
  );
  if (Number(call.headers[":status"]) === 200) return { status: 0, message: "", metadata };
  const text = new TextDecoder().decode(call.messages[0]);
  return { ...connectStatus(JSON.parse(text) as ConnectErrorJson), metadata };
}

function connectStreamEnd(call: RawCall): Omit<WireEnd, "response"> {
  const end = JSON.parse(new TextDecoder().decode(call.endOfStream) || "{}") as {
    error?: ConnectErrorJson;
    metadata?: Record<string, string[]>;
  };
  const metadata = new Map(
    Object.entries(end.metadata ?? {}).map(([name, values]) => [name, values[0] ?? ""] as const),
  );
  if (call.endOfStream.length === 0) return { status: -1, message: "", metadata };
  if (end.error === undefined) return { status: 0, message: "", metadata };
  return { ...connectStatus(end.error), metadata };
}

function connectStatus({ code = "", message = "" }: ConnectErrorJson) {
  return { status: CONNECT_CODES[code] ?? -1, message };
}

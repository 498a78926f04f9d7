/** One connection to core, for single calls and for streams of messages. */
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import { Seabird, StreamEventsRequestSchema } from "@seabird-chat/protocol";
import { CoreHeaders, type CoreIdentity, headerOf } from "./core-headers.ts";
import type { SeabirdError } from "./errors.ts";
import { GrpcStream, type MessageStream, type StreamCall } from "./grpc-stream.ts";
import type { HttpAnswer, HttpRequest } from "./http-exchange.ts";
import type { Http2Client, Http2ClientOptions } from "./http2-client.ts";

/** Core sends at most 3.5 MiB (protocol: sizes); anything above 4 MiB is a fault. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

export interface Connection {
  readonly url: string;
  /** What the answers so far have said about core. */
  readonly core: CoreIdentity;
  /** For clients of any service of core; carries the token. */
  readonly transport: Transport;
  /** Opens a stream whose messages are bytes; carries the token. Calls and streams keep their order. */
  stream(call: StreamCall): MessageStream;
  /** Plain HTTP on the same connection, for files; carries no token. */
  http(request: HttpRequest): Promise<HttpAnswer>;
  /** Ends the HTTP/2 connection and every call on it; the next call makes a new one. */
  drop(reason: SeabirdError): void;
}

export type ConnectionOptions = Omit<Http2ClientOptions, "maxMessageBytes" | "core">;

/** Opens a stream of core's events: one request, then an encoded seabird.Event in each message. */
export function streamEvents(
  connection: Pick<Connection, "stream">,
  request: MessageInitShape<typeof StreamEventsRequestSchema>,
  call: Omit<StreamCall, "path">,
): MessageStream {
  const stream = connection.stream({ ...call, path: STREAM_EVENTS });
  const message = create(StreamEventsRequestSchema, request);
  void stream.send([toBinary(StreamEventsRequestSchema, message)]);
  stream.halfClose();
  return stream;
}

const STREAM_EVENTS = `/${Seabird.typeName}/${Seabird.method.streamEvents.name}`;

/** What a path at core's address is for those who open it elsewhere. */
export function addressAtCore({ url }: Pick<Connection, "url">, path: string): string {
  return url.replace(/\/$/, "") + path;
}

export function openConnection(options: ConnectionOptions): Connection {
  return new Http2Connection(options);
}

/**
 * Loads the HTTP/2 client, which is much of what a program loads: neither its `--describe` nor a
 * test in memory needs it.
 */
class Http2Connection implements Connection {
  readonly url: string;
  readonly core = new CoreHeaders();
  readonly transport: Transport = {
    unary: (...call) => this.#with((client) => client.transport.unary(...call)),
    stream: (...call) => this.#with((client) => client.transport.stream(...call)),
  };
  readonly #loading: Promise<Http2Client>;
  #client: Http2Client | undefined;

  constructor(options: ConnectionOptions) {
    this.url = options.url;
    this.#loading = load(options, this.core);
    // Ahead of the calls that wait for it. If it cannot be loaded, each of them rejects.
    this.#loading.then((client) => (this.#client = client)).catch(() => undefined);
  }

  stream(call: StreamCall): MessageStream {
    return new GrpcStream(call, {
      open: () => this.#with((client) => client.request(call.path)),
      onRead: (stream) => this.#client?.noteRead(stream),
      onResponse: (headers) => this.core.note(headerOf(headers)),
      maxMessageBytes: MAX_MESSAGE_BYTES,
    });
  }

  http(request: HttpRequest): Promise<HttpAnswer> {
    return this.#with((client) => client.http(request));
  }

  drop(reason: SeabirdError): void {
    this.#with(async (client) => client.drop(reason)).catch(() => undefined);
  }

  /** At once if it is loaded, so that calls keep their order. */
  #with<T>(use: (client: Http2Client) => Promise<T>): Promise<T> {
    return this.#client === undefined ? this.#loading.then(use) : use(this.#client);
  }
}

async function load(options: ConnectionOptions, core: CoreHeaders): Promise<Http2Client> {
  const { Http2Client } = await import("./http2-client.ts");
  return new Http2Client({ ...options, core, maxMessageBytes: MAX_MESSAGE_BYTES });
}

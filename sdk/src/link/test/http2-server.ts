/** Servers of HTTP/2 for tests of streams: they answer each stream as the test wants. */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo, Server } from "node:net";
import type { TestContext } from "node:test";
import { type Connection, openConnection } from "../connection.ts";
import { SeabirdError } from "../errors.ts";
import type { MessageStream, StreamCall } from "../grpc-stream.ts";

export const GRPC = { ":status": 200, "content-type": "application/grpc" };
export const OK = { "grpc-status": "0" };
const LIMITS = { pingIntervalMs: 20_000, pingTimeoutMs: 10_000 };
export const PATH = "/seabird.Seabird/StreamEvents";

export function frame(message: string, flags = 0): Buffer {
  const content = Buffer.from(message);
  const prefix = Buffer.from([flags, 0, 0, 0, 0]);
  prefix.writeUInt32BE(content.length, 1);
  return Buffer.concat([prefix, content]);
}

export function respond(
  stream: ServerHttp2Stream,
  headers: OutgoingHttpHeaders = GRPC,
  trailers: OutgoingHttpHeaders = OK,
): ServerHttp2Stream {
  stream.respond(headers, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  return stream;
}

/** `received` resolves when the client has read the first message. */
export type Serve = (
  stream: ServerHttp2Stream,
  received: Promise<void>,
  headers: IncomingHttpHeaders,
) => unknown;

/** A client's connection to the server. */
export async function listen(server: Server, t: TestContext): Promise<Connection> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connection = openConnection({ url, token: "secret", ca: undefined, limits: LIMITS });
  t.after(() => {
    connection.drop(new SeabirdError("closed", "the test is over"));
    server.close();
  });
  return connection;
}

export function serve(answer: Serve, received: Promise<void>, t: TestContext): Promise<Connection> {
  const server = createServer();
  server.on("session", (session) => session.on("error", () => undefined));
  server.on("stream", (stream, headers) => {
    stream.on("error", () => undefined);
    stream.resume();
    void answer(stream, received, headers);
  });
  return listen(server, t);
}

const never = new AbortController().signal;

export function open(connection: Connection, call: Partial<StreamCall> = {}): MessageStream {
  const ignore = () => undefined;
  const given = { path: PATH, signal: never, onHeaders: ignore, onMessage: ignore, ...call };
  return connection.stream(given);
}

/**
 * The ceiling: a program on bare node:http2 that moves the bytes of a core and does nothing
 * else. It decodes nothing, checks nothing and knows no limits; what comes in on an ingest
 * stream goes out on every event stream, gathered once a turn, and a call goes to the ingest
 * stream in a request of the size that a core would make of it, answered in order.
 */
import { createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { EnvelopeCounter, EnvelopeReader, envelope } from "../wire/envelopes.ts";

const HEADERS = { ":status": 200, "content-type": "application/grpc" };
const TRAILERS = { "grpc-status": "0" };
const WITH_TRAILERS = { waitForTrailers: true };
/** Gathered while the streams take no more; beyond it nothing is read. */
const MOST_GATHERED = 1_048_576;
const FILLER = Buffer.alloc(60);
const REPLY = envelope(new Uint8Array(0));

const streams = new Set<ServerHttp2Stream>();
const waiting: ServerHttp2Stream[] = [];
let ingest: ServerHttp2Stream | undefined;
let gathered: Buffer[] = [];
let gatheredBytes = 0;
let scheduled = false;
let writing = 0;
let requests: Buffer[] = [];
let requestNumber = 0;

function publish(bytes: Buffer): void {
  gathered.push(bytes);
  gatheredBytes += bytes.length;
  if (gatheredBytes > MOST_GATHERED) ingest?.pause();
  schedule();
}

function schedule(): void {
  if (scheduled || writing > 0) return;
  scheduled = true;
  setImmediate(deliver);
}

function deliver(): void {
  scheduled = false;
  const bytes = gathered.length === 1 ? (gathered[0] as Buffer) : Buffer.concat(gathered);
  gathered = [];
  gatheredBytes = 0;
  ingest?.resume();
  for (const stream of streams) {
    if (stream.destroyed) continue;
    writing++;
    stream.write(bytes, delivered);
  }
}

function delivered(): void {
  writing--;
  if (writing === 0 && gathered.length > 0) schedule();
}

function onIngest(stream: ServerHttp2Stream): void {
  ingest = stream;
  const answers = new EnvelopeCounter();
  stream.respond(HEADERS);
  stream.on("data", (bytes: Buffer) => {
    if (waiting.length === 0) publish(bytes);
    else for (let n = answers.count(bytes, 0, bytes.length); n > 0; n--) answer();
  });
  stream.on("close", () => {
    if (ingest === stream) ingest = undefined;
    waiting.length = 0;
  });
}

function onEvents(stream: ServerHttp2Stream): void {
  stream.respond(HEADERS);
  stream.resume();
  streams.add(stream);
  stream.on("close", () => streams.delete(stream));
}

function onAction(stream: ServerHttp2Stream): void {
  const reader = new EnvelopeReader();
  stream.on("data", (bytes: Buffer) => {
    reader.read(bytes, 0, bytes.length, (message) => {
      waiting.push(stream);
      request(message);
    });
  });
}

/** About the size of a core's ChatRequest, in which the text stands three times; 22 bytes of id. */
function request(message: Buffer): void {
  const id = Buffer.alloc(24, String(++requestNumber).padStart(22, "0"));
  id[0] = 0x0a;
  id[1] = 22;
  if (requests.length === 0) setImmediate(sendRequests);
  requests.push(envelope(Buffer.concat([id, message, message, FILLER])));
}

function sendRequests(): void {
  ingest?.write(requests.length === 1 ? (requests[0] as Buffer) : Buffer.concat(requests));
  requests = [];
}

function answer(): void {
  const stream = waiting.shift();
  if (stream === undefined || stream.destroyed) return;
  stream.respond(HEADERS, WITH_TRAILERS);
  stream.once("wantTrailers", () => stream.sendTrailers(TRAILERS));
  stream.end(REPLY);
}

const server = createServer({
  settings: { initialWindowSize: 1_048_576, maxConcurrentStreams: 1_024 },
});
server.on("session", (session) => session.setLocalWindowSize(8 * 1_048_576));
server.on("stream", (stream, headers) => {
  stream.on("error", () => undefined);
  const path = String(headers[":path"]);
  if (path.endsWith("/IngestEvents")) onIngest(stream);
  else if (path.endsWith("/StreamEvents")) onEvents(stream);
  else onAction(stream);
});
server.on("sessionError", () => undefined);
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ type: "listening", url: `http://127.0.0.1:${port}` });
});
process.on("disconnect", () => process.exit());

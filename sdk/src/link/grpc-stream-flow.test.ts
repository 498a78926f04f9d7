/** A stream's way through the connection: what the server gets, back-pressure, and who ends it. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { createServer as createTcpServer, type Socket } from "node:net";
import { test } from "node:test";
import { nextTurn } from "./clock.ts";
import { SeabirdError } from "./errors.ts";
import { FrameReader } from "./frame-reader.ts";
import { frame, listen, open, PATH, respond, serve } from "./test/http2-server.ts";

const nothing = Promise.resolve();

test("the server gets gRPC's headers with the token, the messages in order, and the end", async (t) => {
  const got = Promise.withResolvers<{ headers: IncomingHttpHeaders; messages: string[] }>();
  const connection = await serve(
    (stream, _received, headers) => {
      const frames = new FrameReader(1_000);
      const messages: string[] = [];
      stream.on("data", (chunk: Buffer) => {
        frames.push(chunk);
        for (let next = frames.next(); next !== undefined; next = frames.next()) {
          messages.push(next.toString());
        }
      });
      stream.on("end", () => {
        got.resolve({ headers, messages });
        respond(stream).end();
      });
    },
    nothing,
    t,
  );
  const stream = open(connection);
  void stream.send([Buffer.from("a"), Buffer.from("")]);
  await stream.send([Buffer.from("b")]);
  assert.equal(await stream.opened, true);
  stream.halfClose();
  await stream.ended;
  const { headers, messages } = await got.promise;
  assert.deepEqual(messages, ["a", "", "b"]);
  const { ":path": path, ":method": method, authorization, te } = headers;
  assert.deepEqual([path, method, authorization, te], [PATH, "POST", "Bearer secret", "trailers"]);
  assert.match(headers["content-type"] ?? "", /^application\/grpc/);
  assert.equal(headers["grpc-accept-encoding"], undefined);
  // It has ended: nothing happens.
  await stream.send([Buffer.from("c")]);
  stream.halfClose();
});

test("while a message is being worked on no other is read, and the server has to wait", async (t) => {
  let server: ServerHttp2Stream | undefined;
  const connection = await serve(
    (stream) => {
      server = respond(stream);
    },
    nothing,
    t,
  );
  const reads: number[] = [];
  const waiting: (() => void)[] = [];
  const headers = Promise.withResolvers<void>();
  const stream = open(connection, {
    onHeaders: headers.resolve,
    onMessage: (bytes) => {
      reads.push(bytes.length);
      return reads.length > 2 ? undefined : new Promise((resolve) => waiting.push(resolve));
    },
  });
  await headers.promise;
  const large = frame("x".repeat(40_000));
  assert.ok(server !== undefined);
  let isStuck = false;
  server.write(Buffer.concat([frame("a"), frame("b")]));
  for (let sent = 0; sent < 400; sent++) isStuck = !server.write(large);
  server.end();
  while (waiting.length < 1) await nextTurn();
  for (let turns = 0; turns < 20; turns++) await nextTurn();
  assert.deepEqual([reads, isStuck], [[1], true]);
  waiting[0]?.();
  while (waiting.length < 2) await nextTurn();
  assert.deepEqual(reads, [1, 1]);
  assert.ok(server.writableLength > 8_000_000);
  waiting[1]?.();
  await stream.ended;
  assert.equal(reads.length, 402);
});

test("an end that comes while a message is being worked on waits for it", async (t) => {
  const connection = await serve((stream) => respond(stream).end(frame("a")), nothing, t);
  const work = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  let isOver = false;
  const stream = open(connection, {
    onMessage: () => {
      begun.resolve();
      return work.promise;
    },
  });
  const ended = stream.ended.then(() => {
    isOver = true;
  });
  await begun.promise;
  for (let turns = 0; turns < 10; turns++) await nextTurn();
  assert.equal(isOver, false);
  work.resolve();
  await ended;
});

const FAULTS = {
  "an error of the SDK": [new SeabirdError("closed", "mine"), "closed", /^mine$/],
  "any other error": [new RangeError("odd"), "internal", /a message cannot be read: odd/],
} as const;

for (const [name, [fault, code, message]] of Object.entries(FAULTS)) {
  test(`a message that cannot be read ends the stream: ${name}`, async (t) => {
    const reset = Promise.withResolvers<void>();
    const connection = await serve(
      (stream) => {
        stream.on("close", reset.resolve);
        respond(stream).write(Buffer.concat([frame("a"), frame("b")]));
      },
      nothing,
      t,
    );
    let reads = 0;
    const stream = open(connection, {
      onMessage() {
        reads += 1;
        throw fault;
      },
    });
    await assert.rejects(stream.ended, { code, message });
    await reset.promise;
    assert.equal(reads, 1);
  });
}

test("a signal ends it with its reason: before it opens, before the headers, and after", async (t) => {
  const streams: ServerHttp2Stream[] = [];
  const connection = await serve((stream) => streams.push(stream), nothing, t);
  const reason = new SeabirdError("closed", "mine");
  const early = open(connection, { signal: AbortSignal.abort(reason) });
  await assert.rejects(early.ended, reason);
  assert.equal(await early.opened, false);
  for (const answers of [false, true]) {
    streams.length = 0;
    const stop = new AbortController();
    const headers = Promise.withResolvers<void>();
    const stream = open(connection, { signal: stop.signal, onHeaders: headers.resolve });
    while (streams.length === 0) await nextTurn();
    const [server] = streams;
    assert.ok(server !== undefined);
    const closed = new Promise((resolve) => server.on("close", resolve));
    if (answers) {
      respond(server);
      await headers.promise;
    }
    stop.abort(reason);
    await assert.rejects(stream.ended, reason);
    await closed;
    assert.equal(server.rstCode, 8);
  }
  const other = open(connection, { signal: AbortSignal.abort(new Error("enough")) });
  await assert.rejects(other.ended, { code: "cancelled", message: "enough" });
});

test("sends that core does not read end with the stream", async (t) => {
  const connection = await serve((stream) => stream.pause(), nothing, t);
  const stop = new AbortController();
  const stream = open(connection, { signal: stop.signal });
  await stream.opened;
  const sends = [1, 2, 3].map(() => stream.send([Buffer.alloc(3_000_000)]));
  stop.abort(new SeabirdError("closed", "mine"));
  await Promise.all(sends);
  await assert.rejects(stream.ended, { code: "closed" });
});

const NO_SERVERS: Readonly<Record<string, (socket: Socket) => void>> = {
  "a server of HTTP/1": (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"),
  "a server of something else": (socket) => socket.end("220 mail.example.org ESMTP\r\n"),
  "a server that hangs up": (socket) => socket.end(),
};

for (const [name, answer] of Object.entries(NO_SERVERS)) {
  test(`${name} is unavailable`, { timeout: 10_000 }, async (t) => {
    const server = createTcpServer((socket) => {
      socket.on("error", () => undefined);
      answer(socket);
    });
    const stream = open(await listen(server, t));
    await assert.rejects(stream.ended, { name: "SeabirdError", code: "unavailable" });
  });
}

/** What ends a fetch: its size, its times, its signal and its reader; and that it leaves nothing open. */
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { promisify } from "node:util";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { fetchUrl, type Resolver } from "@seabird-chat/sdk/fetch";
import { LOCAL, page, rawServer, rejection } from "../support/fetches.ts";
import { until } from "../support/until.ts";
import { webServer } from "../support/web-server.ts";

test("a connection ends with its fetch", async () => {
  const kept = { "keep-alive": "timeout=600", "content-length": "4" };
  await using server = await webServer({ "/": page("here", kept) });
  server.server.keepAliveTimeout = 600_000;
  const connections = promisify(server.server.getConnections).bind(server.server);
  await (await fetchUrl(server.origin, LOCAL)).bytes();
  await until("the connection to close", async () => (await connections()) === 0);
});

const BOMB = Buffer.alloc(50_000_000);
const ENCODINGS: readonly (readonly [encoding: string, bytes: Buffer])[] = [
  ["gzip", gzipSync(BOMB)],
  ["gzip, gzip", gzipSync(gzipSync(BOMB))],
  ["br", brotliCompressSync(BOMB)],
  ["zstd", zstdCompressSync(BOMB)],
];

test("the size is that of the decompressed answer", async () => {
  for (const [encoding, bytes] of ENCODINGS) {
    await using server = await webServer({
      "/": (_request, response) => {
        response.writeHead(200, { "content-encoding": encoding }).end(bytes);
      },
    });
    const file = await fetchUrl(server.origin, { ...LOCAL, maxBytes: 1_000_000 });
    assert.equal(file.sizeBytes, undefined);
    const error = await rejection(file.bytes());
    assert.equal(error.code, "too_large", encoding);
    assert.match(error.message, /at most 1000000 are read \(maxBytes\)/);
  }
  await using server = await webServer({
    "/": (_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("hello"));
    },
  });
  assert.equal(await (await fetchUrl(server.origin, { ...LOCAL, maxBytes: 5 })).text(), "hello");
});

test("what is known to be too much is not read, what turns out to be is left", async () => {
  await using server = await webServer({
    "/said": page("x".repeat(11), { "content-length": "11" }),
    "/unsaid": (_request, response) => {
      response.write("x".repeat(10));
      response.write("x");
      response.end();
    },
    "/fits": page("x".repeat(10)),
  });
  const options = { ...LOCAL, maxBytes: 10 };
  const said = await rejection(fetchUrl(`${server.origin}/said`, options));
  assert.deepEqual(
    [said.code, said.message],
    ["too_large", "the answer has 11 bytes; at most 10 are read (maxBytes)"],
  );
  const unsaid = await fetchUrl(`${server.origin}/unsaid`, options);
  assert.equal((await rejection(unsaid.bytes())).code, "too_large");
  assert.equal((await (await fetchUrl(`${server.origin}/fits`, options)).bytes()).length, 10);
});

const OK = "HTTP/1.1 200 OK\r\n";
const GZIP = Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]);
const GZIP_UNNAMED = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
const COMPRESSED = Buffer.from(`${OK}content-encoding: gzip\r\n\r\n`);
const LETTERS = Buffer.alloc(65_536, "a");

/** What a server sends without end, and gives the reader nothing. */
const FLOODS: readonly (readonly [name: string, start: string | Buffer, more: Buffer])[] = [
  ["early hints", "", Buffer.from("HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n".repeat(2_000))],
  ["lines before the answer", "", Buffer.from("\r\n".repeat(10_000))],
  ["a status text", "HTTP/1.1 200 ", LETTERS],
  ["a chunk's extension", `${OK}transfer-encoding: chunked\r\n\r\n1;`, LETTERS],
  ["a chunk's size", `${OK}transfer-encoding: chunked\r\n\r\n`, Buffer.alloc(65_536, "0")],
  ["a name in gzip", Buffer.concat([COMPRESSED, GZIP]), LETTERS],
  [
    "empty blocks of gzip",
    Buffer.concat([COMPRESSED, GZIP_UNNAMED]),
    Buffer.from("000000ffff".repeat(10_000), "hex"),
  ],
];

test("what a server sends besides the answer is bounded too", async () => {
  for (const [name, start, more] of FLOODS) {
    await using server = await rawServer(start, more);
    const options = { ...LOCAL, maxBytes: 1_000 };
    const error = await rejection(fetchUrl(server.url, options).then((file) => file.bytes()));
    assert.equal(error.code, "too_large", `${name}: ${error.message}`);
    assert.match(error.message, /takes more than 1050576 bytes on the wire; at most 1000 are read/);
    await until("the connection to close", () => server.sockets.every((each) => each.destroyed));
  }
});

/** What a server says before it falls silent. */
const SILENCES = ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhal"];

test("a server that falls silent is left, and its connection closed", async () => {
  for (const answer of SILENCES) {
    await using server = await rawServer(answer);
    const whole = fetchUrl(server.url, { ...LOCAL, idleMs: 100 }).then((file) => file.bytes());
    const error = await rejection(whole);
    assert.equal(error.code, "timeout", answer);
    assert.match(error.message, /nothing came from "127.0.0.1:\d+" for 100 ms \(idleMs\)/);
    await until("the connection to close", () => server.sockets.every((each) => each.destroyed));
  }
});

test("the whole takes at most its time, also while a body trickles or a name is resolved", async () => {
  await using server = await webServer({
    "/": (_request, response) => {
      const trickle = setInterval(() => response.write("x"), 5);
      response.once("close", () => clearInterval(trickle));
    },
  });
  const options = { ...LOCAL, timeoutMs: 200 };
  const error = await rejection(fetchUrl(server.origin, options).then((file) => file.bytes()));
  assert.equal(error.code, "timeout");
  assert.equal(error.message, "the answer was not complete after 200 ms (timeoutMs)");
  const resolve: Resolver = () => new Promise(() => undefined);
  const named = { ...options, resolve, idleMs: 1_000 };
  const unresolved = await rejection(fetchUrl("http://slow.test/", named));
  assert.equal(unresolved.code, "timeout");
  const connecting = { ...LOCAL, resolve, idleMs: 100, timeoutMs: 8_000 };
  const unconnected = await rejection(fetchUrl("http://slow.test/", connecting));
  assert.match(unconnected.message, /nothing came from "slow.test" for 100 ms \(idleMs\)/);
});

test("a file that is neither read nor closed is closed when its time is up", async () => {
  await using server = await rawServer("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhal");
  const file = await fetchUrl(server.url, { ...LOCAL, timeoutMs: 200 });
  await until("the connection to close", () => server.sockets.every((each) => each.destroyed));
  assert.equal((await rejection(file.bytes())).code, "timeout");
});

test("the caller's signal ends it with its reason, before, during and after the headers", async () => {
  await using server = await rawServer("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhal");
  await using silent = await rawServer("");
  const reason = new Error("enough");
  await assert.rejects(
    fetchUrl(server.url, { ...LOCAL, signal: AbortSignal.abort(reason) }),
    reason,
  );
  assert.equal(server.sockets.length, 0);
  const early = new AbortController();
  const waiting = fetchUrl(silent.url, { ...LOCAL, signal: early.signal });
  await until("the connection", () => silent.sockets.length === 1);
  early.abort(reason);
  await assert.rejects(waiting, reason);
  const late = new AbortController();
  const file = await fetchUrl(server.url, { ...LOCAL, signal: late.signal });
  const reading = file.bytes();
  late.abort(reason);
  await assert.rejects(reading, reason);
  const all = [...server.sockets, ...silent.sockets];
  await until("the connections to close", () => all.every((each) => each.destroyed));
});

test("closing a file closes its connection, and reading it then fails", async () => {
  await using server = await rawServer("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhal");
  const file = await fetchUrl(server.url, LOCAL);
  file.close();
  file.close();
  await until("the connection to close", () => server.sockets.every((each) => each.destroyed));
  await assert.rejects(file.bytes(), { name: "AbortError" });
  const cancelled = await fetchUrl(server.url, LOCAL);
  await cancelled.body.cancel();
  await until("the connection to close", () => server.sockets.every((each) => each.destroyed));
  {
    await using disposed = await fetchUrl(server.url, LOCAL);
    assert.equal(disposed.sizeBytes, 9);
  }
  await until("the connection to close", () => server.sockets.every((each) => each.destroyed));
});

test("many fetches share a signal, which keeps none of them", async () => {
  const control = new AbortController();
  const options = { ...LOCAL, signal: control.signal };
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on("warning", onWarning);
  await using server = await webServer({ "/": page("here"), "/long": page("x".repeat(500_000)) });
  const fetches = Array.from({ length: 30 }, async () => {
    const file = await fetchUrl(server.origin, options);
    return await file.text();
  });
  assert.deepEqual(new Set(await Promise.all(fetches)), new Set(["here"]));
  const early = await fetchUrl(`${server.origin}/long`, options);
  for await (const chunk of early.body) {
    assert.ok(chunk.length > 0);
    break;
  }
  await rejection(fetchUrl(`${server.origin}/nowhere`, options));
  assert.deepEqual(getEventListeners(control.signal, "abort"), []);
  const open = promisify(server.server.getConnections.bind(server.server));
  await until("all connections to close", async () => (await open()) === 0);
  process.off("warning", onWarning);
  assert.deepEqual(warnings, []);
});

test("a server that is faster than the reader waits", async () => {
  const total = 256 * 1024 * 1024;
  let sent = 0;
  let isWaiting = false;
  await using server = await webServer({
    "/": (_request, response) => {
      const chunk = Buffer.alloc(65_536);
      const more = () => {
        while (sent < total) {
          sent += chunk.length;
          isWaiting = !response.write(chunk);
          if (isWaiting) return;
        }
        response.end();
      };
      response.on("drain", more);
      more();
    },
    "/small": page("small"),
  });
  const file = await fetchUrl(server.origin, { ...LOCAL, maxBytes: total });
  await until("the server to wait", () => isWaiting);
  // In the time of these, all of it would have come.
  for (let i = 0; i < 50; i++) await (await fetchUrl(`${server.origin}/small`, LOCAL)).bytes();
  assert.ok(sent < total / 8, `${sent} bytes were taken that nobody reads`);
  let read = 0;
  for await (const chunk of file.body) read += chunk.byteLength;
  assert.equal(read, total);
});

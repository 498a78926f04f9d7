/** What the SDK's fetcher gives: requests, types, names, bytes and errors of real web servers. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { inspect, promisify } from "node:util";
import { SeabirdError } from "@seabird-chat/sdk";
import { type FetchOptions, fetchUrl } from "@seabird-chat/sdk/fetch";
import { LOCAL, page, rawServer, rejection, resolvesTo } from "../support/fetches.ts";
import { until } from "../support/until.ts";
import { type WebServer, webServer } from "../support/web-server.ts";

test("a file comes with its type, name, size and bytes", async () => {
  await using server = await webServer({
    "/cat.png": page("meow", { "content-type": "Image/PNG; q=1", "content-length": "4" }),
    "/named": page("x", { "content-disposition": 'attachment; filename="../dog.png"' }),
  });
  const file = await fetchUrl(`${server.origin}/cat.png?v=1`, LOCAL);
  const { url, status, contentType, name, sizeBytes } = file;
  assert.deepEqual(
    { url, status, contentType, name, sizeBytes },
    {
      url: `${server.origin}/cat.png?v=1`,
      status: 200,
      contentType: "image/png",
      name: "cat.png",
      sizeBytes: 4,
    },
  );
  assert.equal(Buffer.from(await file.bytes()).toString(), "meow");
  const named = await fetchUrl(new URL(`${server.origin}/named`), LOCAL);
  assert.deepEqual([named.name, named.contentType], ["dog.png", "application/octet-stream"]);
  assert.equal(await named.text(), "x");
});

test("a request has the method, headers and body that were given", async () => {
  const bodies: string[] = [];
  await using server = await webServer({
    "/": async (request, response) => {
      bodies.push(String(Buffer.concat(await Array.fromAsync(request))));
      response.end('{"ok":true}');
    },
  });
  const options = { ...LOCAL, method: "POST", body: "hello", headers: { "x-key": "k" } } as const;
  const answer = await fetchUrl(server.origin, options);
  assert.deepEqual(await answer.json(), { ok: true });
  assert.deepEqual(bodies, ["hello"]);
  assert.equal(server.seen[0]?.line, "POST /");
  assert.equal(server.seen[0]?.headers["x-key"], "k");
  assert.equal(server.seen[0]?.headers["user-agent"], "seabird");
});

test("a body that comes piece by piece is sent as it comes, with the size that was given", async () => {
  const got: { length: string | undefined; body: string }[] = [];
  await using server = await webServer({
    "/": async (request, response) => {
      // One that ends early is the client's error.
      const chunks = await Array.fromAsync(request).catch(() => undefined);
      if (chunks === undefined) return;
      const body = String(Buffer.concat(chunks));
      got.push({ length: request.headers["content-length"], body });
      response.writeHead(201).end();
    },
  });
  const pieces = async function* () {
    yield Buffer.from("me");
    yield Buffer.from("ow");
  };
  const put = async (headers: Record<string, string>) => {
    const body = pieces();
    const answer = await fetchUrl(server.origin, { ...LOCAL, method: "PUT", headers, body });
    answer.close();
  };
  await put({ "content-length": "4" });
  await put({});
  assert.deepEqual(got, [
    { length: "4", body: "meow" },
    { length: undefined, body: "meow" },
  ]);
  for (const length of ["3", "5"]) {
    const error = await rejection(put({ "content-length": length }));
    assert.equal(error.code, "network", "another size than was given");
  }
  const failing = async function* () {
    yield Buffer.from("m");
    throw new Error("no more of it");
  };
  const body = failing();
  const error = await rejection(fetchUrl(server.origin, { ...LOCAL, method: "PUT", body }));
  assert.equal(error.code, "network");
});

test("locations and names are read as UTF-8, which servers send raw", async () => {
  const name = Buffer.from('attachment; filename="hünd.png"').toString("latin1");
  await using server = await webServer({
    "/": page("", { location: Buffer.from("/ü").toString("latin1") }, 302),
    "/%C3%BC": page("x", { "content-disposition": name }),
  });
  const file = await fetchUrl(server.origin, LOCAL);
  assert.deepEqual([file.url, file.name], [`${server.origin}/%C3%BC`, "hünd.png"]);
  file.close();
});

test("an answer without a body has its size, and leaves nothing open", async () => {
  await using server = await rawServer(
    "HTTP/1.1 200 OK\r\nkeep-alive: timeout=600\r\ncontent-length: 99999999999\r\n\r\n",
  );
  const { signal } = new AbortController();
  const file = await fetchUrl(server.url, { ...LOCAL, method: "HEAD", signal });
  assert.deepEqual(getEventListeners(signal, "abort"), []);
  assert.equal(file.sizeBytes, 99_999_999_999);
  await until("the connection to close", () => server.sockets.every((each) => each.destroyed));
  assert.equal((await file.bytes()).length, 0);
});

test("only allowed types are read, by the header alone", async () => {
  const png = "\x89PNG\r\n\x1a\n";
  await using server = await webServer({
    "/png": page(png, { "content-type": "image/png" }),
    "/html": page("<html>", { "content-type": "text/html" }),
    "/untyped.png": page(png),
  });
  const options = { ...LOCAL, contentTypes: ["image/*", "text/plain"] };
  const image = await fetchUrl(`${server.origin}/png`, options);
  assert.equal(image.contentType, "image/png");
  image.close();
  const html = await rejection(fetchUrl(`${server.origin}/html`, options));
  assert.equal(html.code, "content_type");
  assert.equal(html.message, "the answer is text/html; allowed: image/*, text/plain");
  const untyped = await rejection(fetchUrl(`${server.origin}/untyped.png`, options));
  assert.equal(
    untyped.message,
    "the answer is application/octet-stream; allowed: image/*, text/plain",
  );
});

test("a body is read once, into memory of its own", async () => {
  await using server = await webServer({ "/": page("\ufeffhere") });
  const file = await fetchUrl(server.origin, LOCAL);
  const bytes = await file.bytes();
  assert.equal(bytes.buffer.byteLength, 7);
  assert.equal(Object.getPrototypeOf(bytes), Uint8Array.prototype);
  await assert.rejects(file.bytes(), TypeError);
  assert.equal(await (await fetchUrl(server.origin, LOCAL)).text(), "here");
  const html = await fetchUrl(server.origin, LOCAL);
  await assert.rejects(html.json(), SyntaxError);
});

/** What is no answer, or is none to its end. */
const BROKEN = [
  "nonsense\r\n\r\n",
  `HTTP/1.1 200 OK\r\nx: ${"x".repeat(100_000)}\r\n\r\n`,
  "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nnope",
  `HTTP/1.1 200 OK\r\ncontent-encoding: ${"gzip, ".repeat(50)}gzip\r\ncontent-length: 4\r\n\r\nnope`,
  "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
  "HTTP/1.1 000 None\r\ncontent-length: 0\r\n\r\n",
  "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nhello",
  "HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\nhi",
  "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nhi!",
  "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
  `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${"a: b\r\n".repeat(20_000)}\r\n`,
];

test("a broken answer and a closed port are errors of the network", async () => {
  for (const answer of BROKEN) {
    await using server = await rawServer(answer);
    const error = await rejection(fetchUrl(server.url, LOCAL).then((file) => file.bytes()));
    assert.equal(error.code, "network", answer.slice(0, 80));
    assert.match(error.message, /^cannot fetch from "127.0.0.1:\d+": [^\p{C}]{1,200}$/u);
  }
  let closed: WebServer;
  {
    await using server = await webServer({});
    closed = server;
  }
  const error = await rejection(fetchUrl(closed.origin, LOCAL));
  assert.equal(error.code, "network");
  assert.equal(error.message, `cannot fetch from "127.0.0.1:${closed.port}": ECONNREFUSED`);
  const resolve = resolvesTo("127.0.0.1");
  const inner = await rejection(
    fetchUrl(`http://inner.test:${closed.port}/secret?a=secret`, { ...LOCAL, resolve }),
  );
  assert.equal(inner.message, `cannot fetch from "inner.test:${closed.port}": ECONNREFUSED`);
  assert.doesNotMatch(inspect(inner), /secret/);
});

test("an answer that ends early is an error", async () => {
  await using server = await webServer({
    "/": (_request, response) => {
      response.writeHead(200, { "content-length": "9" });
      response.write("hal", () => response.destroy());
    },
  });
  const error = await rejection(fetchUrl(server.origin, LOCAL).then((file) => file.bytes()));
  assert.equal(error.code, "network");
});

test("options that cannot work are named", async () => {
  const wrong = [
    { timeout: 5 },
    { maxBytes: 0 },
    { maxRedirects: -1 },
    { timeoutMs: 1.5 },
    { idleMs: Number.NaN },
    { contentTypes: ["png"] },
    { contentTypes: [] },
    { method: "TRACE" },
    { method: "get" },
    { body: "x" },
    { headers: { authorization: "a\nsecret" } },
    { headers: { "a b": "secret" } },
    { headers: { "x-key": "secret€" } },
    { allowAddresses: ["localhost"] },
  ];
  for (const options of wrong) {
    const [name = ""] = Object.keys(options);
    await assert.rejects(
      fetchUrl("https://example.org", options as FetchOptions),
      (error) =>
        error instanceof SeabirdError &&
        error.code === "bad_option" &&
        error.message.includes(name) &&
        !inspect(error).includes("secret"),
      name,
    );
  }
});

test("a plugin that fetches nothing loads nothing of it", async () => {
  const source = `
    import { createRequire } from "node:module";
    await import("@seabird-chat/sdk");
    await import("@seabird-chat/sdk/backend");
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    console.log(loaded.filter((path) => /undici|ipaddr/.test(path)).length);
    await import("@seabird-chat/sdk/fetch");
    console.log(Object.keys(createRequire(import.meta.url).cache).some((path) => /undici/.test(path)));`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--input-type=module",
    "-e",
    source,
  ]);
  assert.deepEqual(stdout.trim().split("\n"), ["0", "true"]);
});

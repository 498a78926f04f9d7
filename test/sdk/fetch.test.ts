/** The SDK's fetcher against real web servers: what it opens, refuses, bounds and keeps to itself. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { getEventListeners, once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { inspect, promisify } from "node:util";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { SeabirdError } from "@seabird-chat/sdk";
import {
  FetchError,
  type FetchFailure,
  type FetchOptions,
  fetchUrl,
  type Resolver,
} from "@seabird-chat/sdk/fetch";
import { until } from "../support/until.ts";
import { type WebHandler, type WebServer, webServer } from "../support/web-server.ts";

const LOCAL: FetchOptions = { allowAddresses: ["127.0.0.1"] };

function page(text: string, headers: Record<string, string> = {}, status = 200): WebHandler {
  return (_request, response) => void response.writeHead(status, headers).end(text);
}

function redirect(location: string, status = 302): WebHandler {
  return page("", { location }, status);
}

async function rejection(promise: Promise<unknown>): Promise<FetchError> {
  const error = await promise.then(
    () => assert.fail("it was opened"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof FetchError, String(error));
  return error;
}

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

/** What is refused before a byte is sent. PORT is that of a server that runs. */
const REFUSED: readonly (readonly [url: string, code: FetchFailure, text: RegExp])[] = [
  ["", "url", /^the text of 0 characters is no url; allowed: absolute ones of at most 8192/],
  ["cat.png", "url", /the text of 7 characters is no url/],
  ["//example.org/cat.png", "url", /is no url/],
  [`https://example.org/${"a".repeat(9_000)}`, "url", /^.{0,250}$/],
  ["http://[fe80::1%25lo]/", "url", /is no url/],
  ["http://[::1%lo]:PORT/", "url", /is no url/],
  [`http://127.0.0.1:PORT/${"ü".repeat(4_000)}`, "url", /is no url/],
  ["http://user:secret@[::1%lo]:PORT/", "url", /is no url/],
  ["https://example.org:99999/secret", "url", /is no url/],
  ["http://exa\x1b[31m\nmple.org/", "url", /is no url/],
  ["http:///", "url", /is no url/],
  ["http://.127.0.0.1:PORT/", "url", /is no url/],
  ["http://256.256.256.256/", "url", /is no url/],
  ["http://0x100000000/", "url", /is no url/],
  [`http://${"a".repeat(255)}/`, "url", /is no url/],
  [`${"a".repeat(7_000)}:x`, "scheme", /"a{32}" urls/],
  ["file:///etc/passwd", "scheme", /"file:" urls are not opened; allowed: http, https/],
  ["data:text/plain,x", "scheme", /"data:"/],
  ["blob:http://example.org/1", "scheme", /"blob:"/],
  ["ftp://127.0.0.1:PORT/", "scheme", /"ftp:"/],
  ["ws://127.0.0.1:PORT/", "scheme", /"ws:"/],
  ["javascript:alert(1)", "scheme", /"javascript:"/],
  ["http://user:secret@127.0.0.1:PORT/", "credentials", /has a user name or password; give it/],
  ["http://user@127.0.0.1:PORT/", "credentials", /without/],
  ["http://example.org:secret@127.0.0.1:PORT/", "credentials", /without/],
  ["http://127.0.0.1\\@example.org:PORT/", "address", /loopback/],
  ["http:\\\\127.0.0.1:PORT\\x", "address", /loopback/],
  ["http:127.0.0.1:PORT", "address", /loopback/],
  ["http:///127.0.0.1:PORT/", "address", /loopback/],
  [" \thttp://127.0.0.1:PORT/ ", "address", /loopback/],
  ["ht\ntp://127.0\t.0.1:PORT/", "address", /loopback/],
  ["HTTP://%31%32%37.0.0.1:PORT/", "address", /loopback/],
  ["http://127%2e0%2e0%2e1:PORT/", "address", /loopback/],
  ["http://①②⑦.⓪.⓪.①:PORT/", "address", /loopback/],
  ["http://127.0.0\u00ad.1:PORT/", "address", /loopback/],
  ["http://0x7f.1.:PORT/", "address", /loopback/],
  ["http://[0:0:0:0:0:ffff:7f00:1]:PORT/", "address", /loopback/],
  ["http://[::ffff:0:127.0.0.1]:PORT/", "address", /rfc6145/],
  ["http://[2001:0:7f00:1::80ff:fffe]:PORT/", "address", /teredo/],
  ["http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:PORT/", "address", /"localhost" resolves/],
  [
    "http://127.0.0.1:PORT/",
    "address",
    /"127.0.0.1" is an address that is not public \(loopback\)/,
  ],
  ["http://127.1:PORT/", "address", /loopback/],
  ["http://2130706433:PORT/", "address", /loopback/],
  ["http://017700000001:PORT/", "address", /loopback/],
  ["http://0x7f.0.0.1:PORT/", "address", /loopback/],
  ["http://0x7f000001:PORT/", "address", /loopback/],
  ["http://127.0.0.1.:PORT/", "address", /loopback/],
  ["http://１２７.０.０.１:PORT/", "address", /loopback/],
  ["http://127。0。0。1:PORT/", "address", /loopback/],
  ["http://0:PORT/", "address", /unspecified/],
  ["http://169.254.169.254/latest/meta-data/", "address", /linkLocal/],
  ["http://[::1]:PORT/", "address", /"::1" is .*loopback/],
  ["http://[::]:PORT/", "address", /unspecified/],
  ["http://[::ffff:127.0.0.1]:PORT/", "address", /loopback/],
  ["http://[::127.0.0.1]:PORT/", "address", /not public/],
  ["http://[64:ff9b::7f00:1]:PORT/", "address", /loopback/],
  ["http://[2002:7f00:1::]:PORT/", "address", /6to4/],
  ["http://[fd00::1]:PORT/", "address", /uniqueLocal/],
  ["http://localhost:PORT/", "address", /"localhost" resolves to an address that is not public/],
  ["http://LOCALHOST:PORT/", "address", /"localhost" resolves/],
  ["http://does-not-exist.invalid/", "dns", /cannot resolve "does-not-exist.invalid"/],
  ["http://1.1.1.1:25/", "port", /port 25 belongs to another protocol/],
  ["https://example.org:6697/", "port", /port 6697/],
];

test("what is no public http url is refused, and nothing is sent", async () => {
  await using server = await webServer({ "/": page("secret") });
  for (const [template, code, text] of REFUSED) {
    const error = await rejection(fetchUrl(template.replace("PORT", String(server.port))));
    assert.equal(error.code, code, `${template}: ${error.message}`);
    assert.match(error.message, text, template);
    assert.match(error.message, /^[^\p{C}]{1,250}$/u, template);
    assert.doesNotMatch(inspect(error), /secret/);
  }
  assert.deepEqual(server.seen, []);
});

const resolvesTo =
  (...addresses: string[]): Resolver =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

test("one address of a name that is not public refuses it, as does a name without any", async () => {
  await using server = await webServer({ "/": page("here") });
  const url = `http://files.test:${server.port}/`;
  for (const addresses of [["127.0.0.1", "10.0.0.1"], ["10.0.0.1"], ["127.0.0.1", "fe80::1%lo"]]) {
    const options = { ...LOCAL, resolve: resolvesTo(...addresses) };
    assert.equal((await rejection(fetchUrl(url, options))).code, "address", String(addresses));
  }
  const nowhere = await rejection(fetchUrl(url, { ...LOCAL, resolve: resolvesTo() }));
  assert.deepEqual([nowhere.code, nowhere.message], ["dns", '"files.test" has no address']);
  const file = await fetchUrl(url, { ...LOCAL, resolve: resolvesTo("127.0.0.1") });
  assert.equal(await file.text(), "here");
  const dotted = `http://files.test.:${server.port}/`;
  const inner = { ...LOCAL, resolve: resolvesTo("127.0.0.2") };
  assert.equal((await rejection(fetchUrl(dotted, inner))).code, "address");
  assert.equal(server.seen.length, 1);
});

test("a resolver that fails or gives nonsense opens nothing, and the kind of address is ours", async () => {
  await using server = await webServer({ "/": page("here") });
  const url = `http://files.test:${server.port}/`;
  const answers: readonly (readonly [given: () => unknown, code: FetchFailure])[] = [
    [() => assert.fail("at once"), "dns"],
    [() => Promise.reject(new Error("later")), "dns"],
    [() => undefined, "dns"],
    [() => "127.0.0.1", "dns"],
    [() => [undefined], "dns"],
    [() => [{}], "address"],
    [() => [{ address: "127.0.0.1\0", family: 4 }], "address"],
    [() => [{ address: "127.1", family: 4 }], "address"],
    [() => [{ address: "::1", family: 4 }], "address"],
  ];
  for (const [given, code] of answers) {
    const error = await rejection(fetchUrl(url, { ...LOCAL, resolve: given as Resolver }));
    assert.equal(error.code, code, `${given}: ${error.message}`);
  }
  assert.equal(server.seen.length, 0);
  const resolve = (async () => [{ address: "127.0.0.1", family: 7 }]) as unknown as Resolver;
  assert.equal(await (await fetchUrl(url, { ...LOCAL, resolve })).text(), "here");
});

test("a name that resolves to another address the next time gains nothing", async () => {
  await using open = await webServer({ "/": page("open") });
  await using inner = await webServer(
    { "/": page("inner") },
    { host: "127.0.0.2", port: open.port },
  );
  const answers = ["127.0.0.1", "127.0.0.2"];
  let asked = 0;
  const resolve: Resolver = async () => {
    const address = answers[asked++ % 2] ?? "";
    return [{ address, family: 4 }];
  };
  const url = `http://rebinding.test:${open.port}/`;
  const first = await fetchUrl(url, { ...LOCAL, resolve });
  assert.equal(await first.text(), "open");
  assert.equal(asked, 1, "the connection goes to the address that was checked");
  assert.equal((await rejection(fetchUrl(url, { ...LOCAL, resolve }))).code, "address");
  assert.deepEqual([asked, inner.seen.length], [2, 0]);
});

test("a connection ends with its fetch", async () => {
  const kept = { "keep-alive": "timeout=600", "content-length": "4" };
  await using server = await webServer({ "/": page("here", kept) });
  server.server.keepAliveTimeout = 600_000;
  const connections = promisify(server.server.getConnections).bind(server.server);
  await (await fetchUrl(server.origin, LOCAL)).bytes();
  await until("the connection to close", async () => (await connections()) === 0);
});

test("no connection is kept for a fetch with other rules", async () => {
  await using server = await webServer({ "/": page("here") });
  await (await fetchUrl(server.origin, LOCAL)).bytes();
  assert.equal((await rejection(fetchUrl(server.origin))).code, "address");
});

test("no proxy is taken from the environment", async () => {
  await using server = await webServer({ "/": page("direct") });
  const source = `
    const { fetchUrl } = await import("@seabird-chat/sdk/fetch");
    const file = await fetchUrl("${server.origin}", { allowAddresses: ["127.0.0.1"] });
    console.log(await file.text());`;
  const proxy = "http://127.0.0.1:9";
  const env = { HTTP_PROXY: proxy, http_proxy: proxy, ALL_PROXY: proxy, NODE_USE_ENV_PROXY: "1" };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "-e", source],
    { env: { ...process.env, ...env } },
  );
  assert.equal(stdout.trim(), "direct");
});

/** Where a redirect goes, and what comes of it. OTHER is a server that is not allowed. */
const REDIRECTS: readonly (readonly [location: string, code: FetchFailure, text: RegExp])[] = [
  ["http://127.0.0.2:OTHER/", "address", /"127.0.0.2" is an address that is not public/],
  ["http://localhost.:OTHER/", "address", /"localhost." resolves/],
  ["http://0x7f.2:OTHER/", "address", /"127.0.0.2"/],
  ["http://169.254.169.254/", "address", /linkLocal/],
  ["file:///etc/passwd", "scheme", /"file:"/],
  ["data:text/plain,x", "scheme", /"data:"/],
  ["http://user:secret@127.0.0.1:OTHER/", "credentials", /user name or password/],
  ["http://127.0.0.1:6667/", "port", /port 6667/],
  [`http://127.0.0.1/${"%".repeat(8_200)}`, "redirect", /no usable location/],
  [`http://${"a".repeat(255)}/`, "redirect", /no usable location/],
  ["//127.0.0.2:OTHER/", "address", /"127.0.0.2"/],
  ["\\\\127.0.0.2:OTHER\\", "address", /"127.0.0.2"/],
  ["http://[", "redirect", /redirects \(302\) to no usable location/],
  ["/again", "redirect", /more redirects than the 5 that are followed \(maxRedirects\)/],
  ["/nowhere", "http_status", /answered 404; expected 200 to 299/],
];

test("each redirect is checked like the first url", async () => {
  await using other = await webServer({ "/": page("secret") }, { host: "127.0.0.2" });
  const options: FetchOptions = { allowAddresses: ["127.0.0.1"], resolve: resolvesTo("127.0.0.2") };
  for (const [location, code, text] of REDIRECTS) {
    const target = location.replace("OTHER", String(other.port));
    await using server = await webServer({
      "/": redirect(target),
      "/again": redirect("/again", 307),
    });
    const error = await rejection(fetchUrl(server.origin, options));
    assert.equal(error.code, code, `${location}: ${error.message}`);
    assert.match(error.message, text);
    assert.equal(error.status, code === "http_status" ? 404 : undefined);
  }
  assert.deepEqual(other.seen, []);
});

test("redirects are followed, relative ones too, up to the limit", async () => {
  await using server = await webServer({
    "/a": redirect("b?x=1", 301),
    "/b": redirect("/c", 308),
    "/c": page("end"),
    "/empty": page("", {}, 302),
  });
  const file = await fetchUrl(`${server.origin}/a`, { ...LOCAL, maxRedirects: 2 });
  assert.deepEqual([await file.text(), file.url, file.name], ["end", `${server.origin}/c`, "c"]);
  const one = { ...LOCAL, maxRedirects: 1 };
  assert.equal((await rejection(fetchUrl(`${server.origin}/a`, one))).code, "redirect");
  const none = { ...LOCAL, maxRedirects: 0 };
  assert.equal((await rejection(fetchUrl(`${server.origin}/b`, none))).code, "redirect");
  assert.equal((await rejection(fetchUrl(`${server.origin}/empty`, LOCAL))).code, "redirect");
});

test("headers stay with their origin, but for harmless ones", async () => {
  await using other = await webServer({ "/": page("other") });
  await using server = await webServer({
    "/": redirect("/same"),
    "/same": redirect(`${other.origin}/`),
  });
  const headers = {
    Authorization: "Bearer secret",
    cookie: "a=secret",
    "x-api-key": "secret",
    "Accept-Language": "de",
    "User-Agent": "mine",
  };
  await (await fetchUrl(server.origin, { ...LOCAL, headers })).bytes();
  for (const { headers: sent } of server.seen) assert.equal(sent["x-api-key"], "secret");
  assert.equal(server.seen.length, 2);
  const got = other.seen[0]?.headers ?? {};
  assert.doesNotMatch(JSON.stringify(got), /secret/);
  assert.deepEqual([got["accept-language"], got["user-agent"]], ["de", "mine"]);
});

test("a body is not sent to where it is redirected", async () => {
  await using server = await webServer({
    "/see": redirect("/answer", 303),
    "/moved": redirect("/answer", 307),
    "/answer": page("answer"),
  });
  const post = { ...LOCAL, method: "POST", body: "order" } as const;
  assert.equal(await (await fetchUrl(`${server.origin}/see`, post)).text(), "answer");
  assert.deepEqual(
    server.seen.map(({ line }) => line),
    ["POST /see", "GET /answer"],
  );
  const moved = await rejection(fetchUrl(`${server.origin}/moved`, post));
  assert.equal(moved.code, "redirect");
  assert.match(moved.message, /redirects a POST \(307\), which is not sent twice/);
});

test("headers of a body stay behind with it", async () => {
  await using server = await webServer({
    "/see": redirect("/answer", 303),
    "/answer": page("answer"),
  });
  const headers = { "Content-Type": "text/plain", "content-length": "5", "x-key": "k" };
  const post = { ...LOCAL, method: "POST", body: "order", headers } as const;
  assert.equal(await (await fetchUrl(`${server.origin}/see`, post)).text(), "answer");
  const sent = server.seen[1]?.headers ?? {};
  assert.deepEqual(
    [sent["content-type"], sent["content-length"], sent["x-key"]],
    [undefined, undefined, "k"],
  );
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
  await using server = await rawServer("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n");
  const file = await fetchUrl(server.url, { ...LOCAL, method: "HEAD" });
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

/** Answers each connection with these bytes, and leaves it open; `more` follows without end. */
async function rawServer(
  answer: string | Buffer,
  more?: Buffer,
): Promise<AsyncDisposable & { url: string; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    const flood = () => {
      while (more !== undefined && !socket.destroyed && socket.write(more));
    };
    socket.on("drain", flood);
    socket.once("data", () => {
      socket.write(answer);
      flood();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

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

/** The bytes of files over HTTP/1.1 and h2c, and what hostile clients can try with them. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { connect as connectHttp2, constants } from "node:http2";
import { connect as connectTcp, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { Seabird } from "@seabird-chat/protocol";
import { connectActions } from "@seabird-chat/sdk";
import type { MediaLimits } from "../../core/src/media/limits.ts";
import { createUpload, FETCHES, post, SENDS, upload, urlOf } from "../support/media-stage.ts";
import { type MessageWorld, openMessageWorld } from "../support/message-world.ts";
import type { RawBackend } from "../support/raw-backend.ts";
import { until } from "../support/until.ts";
import type { WireCallOptions } from "../support/wires.ts";

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

type Client = (url: string, ask: Ask) => Promise<Answer>;

const http1: Client = async (url, { method = "GET", path, headers = {}, body }) => {
  const { hostname, port } = new URL(url);
  const request = httpRequest({ hostname, port, method, path, headers, agent: false });
  request.end(body);
  const [response] = await once(request, "response");
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) };
};

const http2: Client = async (url, { method = "GET", path, headers = {}, body }) => {
  const session = connectHttp2(url);
  try {
    const stream = session.request({ ":method": method, ":path": path, ...headers });
    stream.end(body);
    const [response] = await once(stream, "response");
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return { status: response[":status"], headers: response, body: Buffer.concat(chunks) };
  } finally {
    session.close();
  }
};

const CLIENTS: Readonly<Record<string, Client>> = { "HTTP/1.1": http1, h2c: http2 };
const BYTES = Buffer.from("0123456789");

/** A core whose files are in a folder that outlives it. */
async function stage(t: Pick<TestContext, "after">, mediaLimits: Partial<MediaLimits> = {}) {
  const folder = join(mkdtempSync(join(tmpdir(), "seabird-media-")), "media");
  const start = async () => {
    const env = { SEABIRD_MEDIA_FOLDER: folder };
    const world = await openMessageWorld("grpc", { env, mediaLimits });
    t.after(() => world.close());
    return { world, plugin: await world.caller(["plugin"], `p${Math.random()}`) };
  };
  t.after(() => rmSync(join(folder, ".."), { recursive: true, force: true }));
  const names = () => (existsSync(folder) ? readdirSync(folder) : []);
  const { world, plugin } = await start();
  const announce = async (size: number): Promise<string> =>
    (await createUpload(world, { size: BigInt(size) }, plugin)).uploadUrl;
  const files = () => metric(world, "seabird_media_files");
  return { world, plugin, url: world.core.url, folder, names, start, announce, files };
}

async function metric({ core }: MessageWorld, name: string): Promise<number> {
  const { body } = await core.core.metrics.render();
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, "m").exec(body)?.[1] ?? Number.NaN);
}

/** A socket that sends what a test says and keeps what comes. */
class Peer {
  readonly socket: Socket;
  text = "";

  constructor(url: string) {
    this.socket = connectTcp(Number(new URL(url).port), "127.0.0.1");
    this.socket.on("error", () => {});
    this.socket.on("data", (chunk) => {
      this.text += chunk.toString("latin1");
    });
  }

  send(text: string): this {
    this.socket.write(text);
    return this;
  }

  answered(status: number): Promise<void> {
    return until(`HTTP ${status}`, () => this.text.startsWith(`HTTP/1.1 ${status} `));
  }
}

const putHead = (path: string, ...headers: readonly string[]) =>
  [`PUT ${path} HTTP/1.1`, "host: localhost", ...headers, "", ""].join("\r\n");

for (const [name, client] of Object.entries(CLIENTS)) {
  describe(`files over ${name}`, () => {
    let world: MessageWorld;
    let plugin: WireCallOptions;
    let url: string;
    let path: string;
    let etag: string;
    const undo: (() => unknown)[] = [];

    before(async () => {
      const t = { after: (fn: () => unknown) => void undo.unshift(fn) };
      ({ world, plugin, url } = await stage(t as Pick<TestContext, "after">));
      const about = { name: "ten.txt", contentType: "text/plain" };
      const id = await upload(world, plugin, Buffer.from(BYTES), about);
      path = await urlOf(world, id, plugin);
      etag = (await client(url, { path })).headers.etag?.toString() ?? "";
      assert.match(etag, /^"[0-9a-f]{64}"$/);
    });
    after(async () => {
      for (const fn of undo.toReversed()) await fn();
    });

    const ROWS: readonly [
      what: string,
      headers: () => Record<string, string>,
      status: number,
      body: string,
      more?: Record<string, string>,
    ][] = [
      ["the whole file", () => ({}), 200, "0123456789", { "content-length": "10" }],
      [
        "a range",
        () => ({ range: "bytes=2-4" }),
        206,
        "234",
        { "content-range": "bytes 2-4/10", "content-length": "3" },
      ],
      ["its end", () => ({ range: "bytes=-3" }), 206, "789", { "content-range": "bytes 7-9/10" }],
      ["a range to beyond the end", () => ({ range: "bytes=8-99999999999999999999" }), 206, "89"],
      [
        "a range beyond the end",
        () => ({ range: "bytes=10-" }),
        416,
        "range not satisfiable\n",
        { "content-range": "bytes */10" },
      ],
      ["several ranges", () => ({ range: "bytes=0-1,4-5" }), 200, "0123456789"],
      ["what it has already", () => ({ "if-none-match": etag }), 304, ""],
      ["the same, as a list", () => ({ "if-none-match": `"a", W/${etag}` }), 304, ""],
      ["anything that it has", () => ({ "if-none-match": "*" }), 304, ""],
      ["another one than it has", () => ({ "if-none-match": '"a"' }), 200, "0123456789"],
      ["the rest of it", () => ({ range: "bytes=5-", "if-range": etag }), 206, "56789"],
      ["the rest of another", () => ({ range: "bytes=5-", "if-range": '"a"' }), 200, "0123456789"],
    ];
    for (const [what, headers, status, body, more = {}] of ROWS) {
      test(`a client gets ${what}`, async () => {
        const answer = await client(url, { path, headers: headers() });
        assert.deepEqual([answer.status, answer.body.toString()], [status, body]);
        for (const [header, value] of Object.entries(more)) {
          assert.equal(answer.headers[header], value);
        }
      });

      test(`HEAD for ${what} has no body`, async () => {
        const answer = await client(url, { method: "HEAD", path, headers: headers() });
        assert.deepEqual([answer.status, answer.body.length], [status, 0]);
      });
    }

    test("the safe headers are there", async () => {
      const { headers } = await client(url, { path });
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.match(String(headers["content-security-policy"]), /^sandbox; default-src 'none'/);
      assert.match(headers["content-disposition"] ?? "", /^inline; filename="ten.txt"/);
      assert.equal(headers["accept-ranges"], "bytes");
    });

    test("only the key of a path counts, and no path leads anywhere else", async () => {
      const key = path.split("/")[2] ?? "";
      assert.equal((await client(url, { path: `/media/${key}` })).status, 200);
      assert.equal((await client(url, { path: `/media/${key}/other.txt?x=1` })).status, 200);
      const NOWHERE = [
        "/media/",
        "/media",
        "/media/uploads",
        `/media/${key}/a/b`,
        `/media/${key.slice(1)}/ten.txt`,
        `/media/${key}.json`,
        `/media/${key}.data/x`,
        "/media/../media/x",
        "/media/..%2f..%2fetc%2fpasswd",
        "/media/%2e%2e/%2e%2e/etc/passwd",
        `/media/${"A".repeat(43)}/x`,
        `/media/${"A".repeat(10_000)}/x`,
      ];
      for (const each of NOWHERE) {
        const { status, body } = await client(url, { path: each });
        assert.equal(status, 404, each);
        assert.equal(body.toString(), "not found\n");
      }
    });

    const METHODS = [
      ["POST", () => path, "GET, HEAD"],
      ["PUT", () => path, "GET, HEAD"],
      ["DELETE", () => path, "GET, HEAD"],
      ["GET", () => `/media/uploads/${"A".repeat(43)}`, "PUT"],
      ["POST", () => `/media/uploads/${"A".repeat(43)}`, "PUT"],
    ] as const;
    for (const [method, where, allow] of METHODS) {
      test(`${method} is not for ${allow}`, async () => {
        const answer = await client(url, { method, path: where() });
        assert.deepEqual([answer.status, answer.headers.allow], [405, allow]);
      });
    }

    test("an upload's url works once, and others not at all", async () => {
      const { uploadUrl } = await createUpload(world, { size: 10n }, plugin);
      const put = (where: string) => client(url, { method: "PUT", path: where, body: BYTES });
      const ends = await Promise.all([put(uploadUrl), put(uploadUrl)]);
      assert.deepEqual(ends.map(({ status }) => status).sort(), [204, 404]);
      assert.equal((await put(uploadUrl)).status, 404);
      for (const other of ["", "x", "A".repeat(43), "../x"]) {
        assert.equal((await put(`/media/uploads/${other}`)).status, 404, other);
      }
    });

    for (const size of [0, 1, 9, 11, 100_000]) {
      test(`${size} bytes are not the 10 that were announced`, async () => {
        const { uploadUrl, attachmentId } = await createUpload(world, { size: 10n }, plugin);
        const body = Buffer.alloc(size);
        const headers = { "content-length": String(size) };
        const ask = { method: "PUT", path: uploadUrl, body, headers };
        const end = await client(url, ask).catch((error) => error);
        // A client that still sends may find the connection closed.
        if (!(end instanceof Error)) assert.equal(end.status, 400);
        await assert.rejects(urlOf(world, attachmentId, plugin), /attachment not found/);
      });
    }
  });
}

test("who asks before sending the bytes is told to go on only when the url is good", async (t) => {
  const { announce, url } = await stage(t);
  const expect = ["content-length: 10", "expect: 100-continue"];
  const refused = new Peer(url).send(putHead(`/media/uploads/${"A".repeat(43)}`, ...expect));
  await refused.answered(404);
  const large = new Peer(url).send(
    putHead(await announce(10), "content-length: 11", "expect: 100-continue"),
  );
  await large.answered(400);
  const taken = new Peer(url).send(putHead(await announce(10), ...expect));
  await taken.answered(100);
  taken.send("0123456789");
  await until("the answer", () => /\r\nHTTP\/1\.1 204 /.test(taken.text));
  for (const { socket } of [refused, large, taken]) socket.destroy();

  const session = connectHttp2(url);
  t.after(() => session.destroy());
  const stream = session.request({
    ":method": "PUT",
    ":path": await announce(10),
    expect: "100-continue",
  });
  await once(stream, "continue");
  stream.end("0123456789");
  const [response] = await once(stream, "response");
  assert.equal(response[":status"], 204);
});

test("bytes go to the disk as they come; what is not whole cannot be had", async (t) => {
  const { world, url, folder, names, announce } = await stage(t);
  const size = 8 * 1_048_576;
  const peer = new Peer(url).send(putHead(await announce(size), `content-length: ${size}`));
  const half = Buffer.alloc(size / 2, 1);
  peer.socket.write(half);
  const partOf = () => names().find((each) => each.endsWith(".data.part"));
  await until("half of it on the disk", () => {
    const part = partOf();
    return part !== undefined && statSync(join(folder, part)).size === half.length;
  });
  const key = partOf()?.split(".")[0] ?? "";
  assert.equal((await http1(url, { path: `/media/${key}/x` })).status, 404);
  peer.socket.write(half);
  await peer.answered(204);
  assert.equal((await http1(url, { path: `/media/${key}/x` })).body.length, size);
  assert.equal(await metric(world, "seabird_media_bytes"), size);
});

test("an upload that breaks off leaves nothing", async (t) => {
  const { url, names, announce, files } = await stage(t);
  const peer = new Peer(url).send(putHead(await announce(10), "content-length: 10")).send("01234");
  await until("the upload to begin", () => names().length > 0);
  peer.socket.destroy();
  await until("nothing left", () => names().length === 0);
  const session = connectHttp2(url);
  t.after(() => session.destroy());
  const stream = session.request({ ":method": "PUT", ":path": await announce(10) });
  stream.on("error", () => {});
  stream.write("01234");
  await until("the upload to begin", () => names().length > 0);
  stream.close(8);
  await until("nothing left", () => names().length === 0);
  assert.equal(await files(), 0);
});

const CHUNKED: readonly [what: string, body: string, status: number][] = [
  ["exactly enough", "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n", 204],
  ["too few", "5\r\n01234\r\n0\r\n\r\n", 400],
  ["too many", "f\r\n0123456789abcde\r\n0\r\n\r\n", 413],
];
for (const [what, body, status] of CHUNKED) {
  test(`a body without a length has ${what} bytes`, async (t) => {
    const { url, names, announce } = await stage(t);
    const head = putHead(await announce(10), "transfer-encoding: chunked");
    await new Peer(url).send(head + body).answered(status);
    await until("no part", () => names().every((each) => !each.endsWith(".part")));
    assert.equal(names().length, status === 204 ? 2 : 0);
  });
}

const LENGTHS = ["-1", "1e3", "99999999999999999999", "10, 10", "0x0a"];
for (const length of LENGTHS) {
  test(`a length of ${length} is refused`, async (t) => {
    const { url, announce, files } = await stage(t);
    const peer = new Peer(url).send(putHead(await announce(10), `content-length: ${length}`));
    await peer.answered(400);
    assert.equal(await files(), 0);
  });
}

test("an upload that stalls, or takes too long, ends with 408", async (t) => {
  const { url, names, announce } = await stage(t, { uploadStallMs: 100, uploadTimeoutMs: 400 });
  const stalled = new Peer(url).send(putHead(await announce(10), "content-length: 10")).send("0");
  await stalled.answered(408);
  const slow = new Peer(url).send(putHead(await announce(1_000), "content-length: 1000"));
  const drip = setInterval(() => slow.send("0"), 20);
  await slow.answered(408).finally(() => clearInterval(drip));
  await until("nothing left", () => names().length === 0);
});

test("so many uploads at once; one more may come later, with the same url", async (t) => {
  const { url, names, announce } = await stage(t, { maxConcurrentUploads: 2 });
  const peers: Peer[] = [];
  for (let count = 0; count < 2; count++) {
    peers.push(new Peer(url).send(putHead(await announce(10), "content-length: 10")).send("01234"));
  }
  await until("both to write", () => names().length === 2);
  const path = await announce(10);
  const refused = await http1(url, { method: "PUT", path, body: BYTES });
  assert.deepEqual([refused.status, refused.headers["retry-after"]], [503, "1"]);
  for (const peer of peers) await peer.send("56789").answered(204);
  assert.equal((await http1(url, { method: "PUT", path, body: BYTES })).status, 204);
});

test("an announced upload is forgotten after a while", async (t) => {
  const { url, announce } = await stage(t, { uploadTokenMs: 1 });
  const path = await announce(10);
  const since = performance.now();
  await until("its end", () => performance.now() - since > 2);
  assert.equal((await http1(url, { method: "PUT", path, body: BYTES })).status, 404);
});

test("a reader gets all of a file that is removed meanwhile", async (t) => {
  const size = 8 * 1_048_576;
  const { world, plugin, url } = await stage(t, { mediaMaxBytes: size });
  const id = await upload(world, plugin, Buffer.alloc(size, 1));
  const path = await urlOf(world, id, plugin);
  const peer = new Peer(url).send(
    `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`,
  );
  await peer.answered(200);
  peer.socket.pause();
  await upload(world, plugin, Buffer.alloc(size, 2));
  assert.equal((await http1(url, { path })).status, 404);
  peer.socket.resume();
  await once(peer.socket, "close");
  assert.equal(peer.text.length - peer.text.indexOf("\r\n\r\n") - 4, size);
  assert.ok(peer.text.endsWith("\u0001"));
});

test("a reader that takes nothing is cut, and so many read at once", async (t) => {
  const size = 32 * 1_048_576;
  const limits = { downloadStallMs: 300, maxConcurrentDownloads: 1 };
  const { world, plugin, url } = await stage(t, limits);
  const path = await urlOf(world, await upload(world, plugin, Buffer.alloc(size)), plugin);
  const session = connectHttp2(url);
  t.after(() => session.destroy());
  const stream = session.request({ ":path": path });
  stream.on("error", () => {});
  await once(stream, "response");
  assert.equal((await http1(url, { path })).status, 503);
  let answer = await http1(url, { path });
  await until("the end of the first", async () => {
    answer = await http1(url, { path });
    return answer.status === 200;
  });
  assert.equal(answer.body.length, size);
});

test("a reader that leaves while it waits for a file holds nothing", async (t) => {
  const { world, plugin, url } = await stage(t, { maxConcurrentDownloads: 1 });
  const matrix = await world.backend("matrix", FETCHES);
  const discord = await world.backend("discord", SENDS);
  matrix.respond = () => undefined;
  const here = await urlOf(world, await upload(world, plugin, BYTES), plugin);
  post(matrix, { channelId: "#c" }, { id: "1" });
  await until("the link to a file that does not come", async () => {
    const rootBlock = { inner: { case: "attachment", value: { id: "irc://matrix/1" } } } as const;
    await world.wire.unary(
      Seabird.method.sendMessage,
      { channelId: "irc://discord/#c", rootBlock },
      plugin,
    );
    return corePathOf(discord) !== "";
  });
  const session = connectHttp2(url);
  t.after(() => session.destroy());
  const waiting = session.request({ ":path": corePathOf(discord) });
  waiting.on("error", () => {});
  const status = async () => (await http1(url, { path: here })).status;
  await until("the reader to wait", async () => (await status()) === 503);
  waiting.close(constants.NGHTTP2_CANCEL);
  await until("another reader", async () => (await status()) === 200);
});

function corePathOf({ requests }: RawBackend): string {
  const { inner } = requests.at(-1) ?? {};
  const block = inner?.case === "sendMessage" ? inner.value.rootBlock?.inner : undefined;
  return block?.case === "attachment" ? block.value.corePath : "";
}

test("a restart keeps files, their urls and their ids", async (t) => {
  const { world, plugin, start } = await stage(t);
  const id = await upload(world, plugin, Buffer.from(BYTES), { name: "ten.txt" });
  const path = await urlOf(world, id, plugin);
  await world.close();
  const { world: next, plugin: other } = await start();
  assert.equal(await urlOf(next, id, other), path);
  assert.deepEqual((await http1(next.core.url, { path })).body, BYTES);
});

test("a shutdown ends uploads, and nothing of them is left", async (t) => {
  const { world, url, names, announce } = await stage(t);
  new Peer(url).send(putHead(await announce(10), "content-length: 10")).send("01234");
  await until("the upload to begin", () => names().length > 0);
  await world.close();
  await until("nothing left", () => names().length === 0);
});

test("a thousand broken requests leave core as it was", async (t) => {
  const { world, url, plugin, announce, files } = await stage(t, { maxPendingUploadsPerToken: 99 });
  const urls = await Promise.all(Array.from({ length: 50 }, () => announce(10)));
  const peers: Peer[] = [];
  for (let count = 0; count < 1_000; count++) {
    const peer = new Peer(url);
    peers.push(peer);
    const path = urls[count % urls.length] ?? "";
    peer.send(putHead(path, "content-length: 10")).send("01");
    if (count % 3 === 0) peer.socket.destroy();
    if (count % 3 === 1) peer.socket.end();
    if (peers.length > 50) peers.shift()?.socket.destroy();
  }
  for (const { socket } of peers) socket.destroy();
  const id = await upload(world, plugin, Buffer.from(BYTES));
  assert.notEqual(await urlOf(world, id, plugin), "");
  await until("no connection", async () => (await metric(world, "seabird_media_files")) === 1);
  assert.equal(await files(), 1);
});

test("the SDK learns why a file was refused", async (t) => {
  const { world, url } = await stage(t, { mediaMaxFileBytes: 5 });
  const plugin = connectActions({ url, token: await world.core.token(["plugin"], "sdk") });
  t.after(() => plugin.close());
  const expected = { code: "resource_exhausted", message: "file too large: 10 bytes, limit 5" };
  await assert.rejects(plugin.upload({ bytes: BYTES, name: "ten" }), expected);
  async function* short() {
    yield Buffer.from("01");
  }
  await assert.rejects(plugin.upload({ stream: short(), sizeBytes: 4, name: "two" }), {
    code: "invalid_argument",
    message: "the file has 2 bytes, but 4 were announced",
  });
});

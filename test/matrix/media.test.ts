/** Files of Matrix and their limits: urls of strangers, a server that takes little, or says little. */
import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { attachment, type Block, container } from "@seabird-chat/protocol";
import { createLog, type RequestInfo } from "@seabird-chat/sdk/backend";
import { backendbed } from "@seabird-chat/testkit";
import { matrixBackend } from "../../backends/matrix/src/backend.ts";
import { MatrixClient } from "../../backends/matrix/src/connection/matrix-client.ts";
import { Uploads } from "../../backends/matrix/src/media/uploads.ts";
import { filesOf } from "../../backends/matrix/src/outbound/files.ts";
import {
  ALIAS,
  type Answer,
  ScriptedServer,
  TOKEN,
} from "../../backends/matrix/test/scripted-server.ts";
import { systemClock } from "../../sdk/src/link/clock.ts";
import { until } from "../support/until.ts";
import { type WebHandler, webServer } from "../support/web-server.ts";

const UPLOAD = /^POST \/_matrix\/media\/v3\/upload$/;

interface Stage {
  readonly server: ScriptedServer;
  readonly uploads: Uploads;
  readonly log: readonly string[];
  readonly origin: string;
  readonly seen: readonly { readonly line: string }[];
  request(signal?: AbortSignal): RequestInfo;
  uploaded(): number;
}

const picture: WebHandler = (_request, response) => {
  response.writeHead(200, { "content-type": "image/png" }).end("a picture");
};

/** `upload`: what the server answers to uploads. */
async function setUp(
  t: TestContext,
  pages: Readonly<Record<string, WebHandler>> = { "/cat.png": picture },
  upload: Answer = { json: { content_uri: "mxc://example.org/cat" } },
): Promise<Stage> {
  const server = await ScriptedServer.listen();
  t.after(() => server.close());
  const isUpload = ({ method, path }: { method: string; path: string }) =>
    UPLOAD.test(`${method} ${path}`);
  server.script = (request) => (isUpload(request) ? upload : undefined);
  const web = await webServer(pages);
  t.after(() => web[Symbol.asyncDispose]());
  const client = new MatrixClient({ baseUrl: server.url, clock: systemClock, random: () => 0 });
  const log: string[] = [];
  const uploads = new Uploads({
    media: client.media,
    host: {
      openAttachment: () => Promise.reject(new Error("core has no such file")),
      clock: systemClock,
      log: createLog({ name: "test", level: "debug", stream: { write: (line) => log.push(line) } }),
      signal: new AbortController().signal,
    },
    allowAddresses: ["127.0.0.1"],
  });
  return {
    ...{ server, uploads, log, origin: web.origin, seen: web.seen },
    request: (signal = new AbortController().signal) => ({
      ...{ requestId: "1", tags: {}, signal },
      receivedAtMs: systemClock.now(),
      deadlineMs: systemClock.now() + 10_000,
    }),
    uploaded: () => server.requests.filter(isUpload).length,
  };
}

const image = (url: string) => attachment({ url, name: "cat.png", contentType: "image/png" });

async function filesIn(stage: Stage, block: Block) {
  const uploaded = await stage.uploads.files(block, stage.request());
  return filesOf(block).map((file) => uploaded.get(file));
}

suite("a file behind a url", () => {
  test("is uploaded, with the type that its server says", async (t) => {
    const stage = await setUp(t);
    assert.deepEqual(await filesIn(stage, image(`${stage.origin}/cat.png`)), [
      { uri: "mxc://example.org/cat", contentType: "image/png", sizeBytes: 9 },
    ]);
    const sent = await stage.server.hears(UPLOAD);
    assert.equal(sent.query.get("filename"), "cat.png");
  });

  test("that cannot be had stays a link, and the others are uploaded", async (t) => {
    const stage = await setUp(t);
    const block = container(["/no.png", "/cat.png"].map((path) => image(stage.origin + path)));
    const uris = (await filesIn(stage, block)).map((file) => file?.uri);
    assert.deepEqual(uris, [undefined, "mxc://example.org/cat"]);
    assert.match(stage.log.join(""), /a file is sent as text/);
  });

  test("at a private address is not opened", async (t) => {
    const stage = await setUp(t);
    const uploads = new Uploads({
      media: new MatrixClient({ baseUrl: stage.server.url, clock: systemClock, random: () => 0 })
        .media,
      host: {
        openAttachment: () => Promise.reject(new Error("core has no such file")),
        clock: systemClock,
        log: createLog({ name: "test", stream: { write: () => undefined } }),
        signal: new AbortController().signal,
      },
    });
    const uploaded = await uploads.files(image(`${stage.origin}/cat.png`), stage.request());
    assert.deepEqual([uploaded.size, stage.seen.length], [0, 0]);
  });

  for (const [what, answer] of Object.entries<Answer>({
    "a server that takes no more": {
      status: 413,
      json: { errcode: "M_TOO_LARGE", error: "too large" },
    },
    "a server that fails": { status: 500, text: "oh no" },
    "a server that answers nonsense": { json: { content_uri: 17 } },
    "a server that names another place": { json: { content_uri: "https://example.org/cat" } },
  })) {
    test(`stays a link at ${what}`, async (t) => {
      const stage = await setUp(t, undefined, answer);
      assert.deepEqual(await filesIn(stage, image(`${stage.origin}/cat.png`)), [undefined]);
    });
  }

  test("ends with its request", async (t) => {
    const stage = await setUp(t, { "/slow.png": () => undefined });
    const ended = new AbortController();
    const files = stage.uploads.files(
      image(`${stage.origin}/slow.png`),
      stage.request(ended.signal),
    );
    await until("the fetch", () => stage.seen.length === 1);
    ended.abort(new Error("nobody waits"));
    await assert.rejects(files, /nobody waits/);
  });

  test("of which there are too many refuses the message", async (t) => {
    const stage = await setUp(t);
    const many = Array.from({ length: 21 }, () => image(`${stage.origin}/cat.png`));
    await assert.rejects(filesIn(stage, container(many)), {
      message: "the message has 21 files; at most 20 are sent",
    });
    assert.equal(stage.uploaded(), 0);
  });
});

suite("the picture of a persona", () => {
  test("is uploaded once", async (t) => {
    const stage = await setUp(t);
    const url = `${stage.origin}/cat.png`;
    for (let times = 0; times < 3; times++) {
      assert.equal(await stage.uploads.avatar(url, stage.request()), "mxc://example.org/cat");
    }
    assert.deepEqual([stage.seen.length, stage.uploaded()], [1, 1]);
  });

  test("that is of the homeserver is taken as it is", async (t) => {
    const stage = await setUp(t);
    const url = "mxc://example.org/dog";
    assert.equal(await stage.uploads.avatar(url, stage.request()), url);
  });

  test("that is none, or too large, is left out and not asked for again", async (t) => {
    const stage = await setUp(t, {
      "/page": (_request, response) =>
        void response.writeHead(200, { "content-type": "text/html" }).end("<html>"),
      "/large.png": (_request, response) =>
        void response
          .writeHead(200, { "content-type": "image/png" })
          .end(Buffer.alloc(2 * 1024 * 1024)),
    });
    for (const path of ["/page", "/large.png", "/page", "/large.png"]) {
      assert.equal(await stage.uploads.avatar(stage.origin + path, stage.request()), "");
    }
    assert.deepEqual([stage.seen.length, stage.uploaded()], [2, 0]);
  });
});

suite("with a backend", () => {
  const DOWNLOAD = /^v1\/media\/download\//;

  async function start(t: TestContext) {
    const server = await ScriptedServer.listen();
    t.after(() => server.close());
    const config = { homeserver: server.url, access_token: TOKEN, channels: [ALIAS] };
    const open = async () => {
      const bed = await backendbed({ backend: matrixBackend, config });
      t.after(() => bed.close());
      const isThere = async () => (await bed.channels()).some(({ id }) => id === ALIAS);
      await bed.until("the channel", isThere);
      return bed;
    };
    return { server, open };
  }

  test("a file beyond what the server takes is text, and its bytes are not sent", async (t) => {
    const { server, open } = await start(t);
    server.script = ({ path }) =>
      path === "v1/media/config" ? { json: { "m.upload.size": 10 } } : undefined;
    const bed = await open();
    const { limits } = await bed.core.capabilities({ channelId: bed.absolute(ALIAS) });
    assert.equal(limits["max_attachment_bytes"], 10);
    const file = await bed.core.upload({ bytes: Buffer.alloc(11), name: "cat.png" });
    const { degraded } = await bed.send(ALIAS, container(["a cat: ", file]));
    assert.deepEqual(degraded, ["attachment"]);
    const { body } = await server.hears(/^PUT v3\/rooms\/.*\/send\//);
    assert.match((body as { body: string }).body, /^a cat: cat\.png/);
    assert.equal(server.requests.filter(({ path }) => /upload$/.test(path)).length, 0);
    assert.ok(bed.log.find("the homeserver takes 10"));
  });

  test("an upload that is limited is not begun again with half of the bytes", async (t) => {
    const { server, open } = await start(t);
    const error = { errcode: "M_LIMIT_EXCEEDED", error: "slower", retry_after_ms: 1 };
    const isUpload = (path: string) => /upload$/.test(path);
    server.script = ({ path }) => (isUpload(path) ? { status: 429, json: error } : undefined);
    const bed = await open();
    const file = await bed.core.upload({ bytes: Buffer.alloc(11), name: "cat.png" });
    const { degraded } = await bed.send(ALIAS, file);
    assert.deepEqual(degraded, ["attachment"]);
    assert.equal(server.requests.filter(({ path }) => isUpload(path)).length, 1);
  });

  const answers: Readonly<Record<string, readonly [Answer | "never", string | RegExp]>> = {
    "has its bytes": [{ text: "woof", headers: { "content-type": "image/png" } }, "woof"],
    "has its bytes, without a size before": [
      { text: "woof", headers: { "transfer-encoding": "chunked" } },
      "woof",
    ],
    "is gone": [{ status: 404, json: { errcode: "M_NOT_FOUND", error: "Not found" } }, /Not found/],
    "is sent elsewhere": [{ status: 307, headers: { location: "http://127.0.0.1:9/" } }, /307/],
    "breaks off": [{ text: "woof woof", isCut: true }, /[a-z]{2,} /],
  };
  for (const [what, [answer, expected]] of Object.entries(answers)) {
    test(`a person's file that ${what} is handed over, or refused in words`, async (t) => {
      const { server, open } = await start(t);
      server.script = ({ path }) => (DOWNLOAD.test(path) ? answer : undefined);
      const bed = await open();
      const content = { msgtype: "m.image", body: "dog.png", url: "mxc://example.org/dog" };
      server.says(server.event(content));
      const [file] = (await bed.nextEvent()).attachments;
      assert.ok(file !== undefined);
      const url = bed.core.attachmentUrl(file);
      if (typeof expected !== "string") return void (await assert.rejects(url, expected));
      assert.equal(Buffer.from(await bed.readFile(await url)).toString(), expected);
    });
  }
});

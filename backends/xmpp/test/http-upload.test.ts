/** Files to an upload service: a real web server, and answers of XMPP servers by script. */
import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { suite, test } from "node:test";
import { FakeClock } from "@seabird-chat/testkit";
import { type WebServer, webServer } from "../../../test/support/web-server.ts";
import { StanzaError } from "../src/connection/hooks.ts";
import { NS, type Stanza, xml } from "../src/stanza.ts";
import { HttpUpload } from "../src/upload/http-upload.ts";
import { ScriptedSender } from "./scripted-sender.ts";

const FILE = { corePath: "/media/KEY/cat.png", name: "a/b cat.png" };
const SERVICE = "upload.example.org";
const never = new AbortController().signal;

interface Options {
  readonly slot?: (server: WebServer) => Stanza;
  readonly put?: (request: IncomingMessage, response: ServerResponse) => void;
  readonly info?: readonly Stanza[];
  readonly bytes?: Uint8Array;
  readonly allowed?: readonly string[];
}

function slotWith(put: Stanza, get: string): Stanza {
  return xml("iq", {}, xml("slot", { xmlns: NS.upload }, put, xml("get", { url: get })));
}

function goodSlot({ origin }: WebServer): Stanza {
  const header = xml("header", { name: "Authorization" }, "secret");
  return slotWith(xml("put", { url: `${origin}/put` }, header), `${origin}/get`);
}

function limited(bytes: string): Stanza {
  const type = xml("field", { var: "FORM_TYPE" }, xml("value", {}, NS.upload));
  const limit = xml("field", { var: "max-file-size" }, xml("value", {}, bytes));
  return xml("x", { xmlns: "jabber:x:data" }, type, limit);
}

async function setUp(t: { after(undo: () => Promise<unknown>): void }, options: Options = {}) {
  const { slot = goodSlot, info = [], bytes = Buffer.from("meow") } = options;
  const got: { body: string; headers: IncomingMessage["headers"] }[] = [];
  const server = await webServer({
    "/put":
      options.put ??
      (async (request, response) => {
        const chunks = await Array.fromAsync(request).catch(() => []);
        got.push({ body: String(Buffer.concat(chunks)), headers: request.headers });
        response.writeHead(201).end();
      }),
  });
  t.after(async () => await server[Symbol.asyncDispose]());
  const sender = new ScriptedSender();
  sender.answer = (iq) => {
    const query = iq.getChildElements()[0];
    const isService = iq.attrs["to"] === SERVICE;
    if (query?.is("request", NS.upload)) return isService ? slot(server) : undefined;
    if (query?.is("query", NS.discoItems)) {
      const items = ["rooms.example.org", SERVICE].map((jid) => xml("item", { jid }));
      return xml("iq", {}, xml("query", { xmlns: NS.discoItems }, ...items));
    }
    if (!isService) return new StanzaError("service-unavailable", "cancel", "");
    const feature = xml("feature", { var: NS.upload });
    return xml("iq", {}, xml("query", { xmlns: NS.discoInfo }, feature, ...info));
  };
  let opened = 0;
  let closed = 0;
  const body = async function* () {
    try {
      yield bytes;
    } finally {
      closed++;
    }
  };
  const clock = new FakeClock();
  const upload = new HttpUpload({
    sender,
    allowAddresses: () => options.allowed ?? ["127.0.0.1"],
    openAttachment: async () => {
      opened++;
      return { contentType: "image/png", sizeBytes: bytes.length, body: body() };
    },
    clock,
    log: { debug: () => undefined },
  });
  return {
    upload,
    server,
    sender,
    got,
    clock,
    opened: () => opened,
    isLeft: () => opened > closed,
  };
}

const refused = (message: RegExp) => ({ name: "Refused", message });

suite("uploads", () => {
  test("the bytes go to the slot with its headers, and its other url is the file's", async (t) => {
    const { upload, server, got, sender } = await setUp(t);
    assert.equal(await upload.upload(FILE, never), `${server.origin}/get`);
    assert.equal(got[0]?.body, "meow");
    const { authorization, "content-length": length, "content-type": type } = got[0]?.headers ?? {};
    assert.deepEqual([authorization, length, type], ["secret", "4", "image/png"]);
    const asked = sender.asked.at(-1)?.getChild("request", NS.upload)?.attrs;
    assert.deepEqual(asked, {
      xmlns: NS.upload,
      filename: "a b cat.png",
      size: "4",
      "content-type": "image/png",
    });
  });

  test("the same file goes up once, for a while; the service is looked for once", async (t) => {
    const { upload, got, clock, sender } = await setUp(t);
    await upload.upload(FILE, never);
    const asked = sender.asked.length;
    await upload.upload(FILE, never);
    assert.equal(got.length, 1);
    await clock.advance(600_000);
    await upload.upload(FILE, never);
    assert.deepEqual([got.length, sender.asked.length], [2, asked + 1]);
    upload.forget();
    await clock.advance(600_000);
    await upload.upload(FILE, never);
    assert.ok(sender.asked.length > asked + 2, "another session has another server");
  });

  test("a server without a service takes none", async (t) => {
    const { upload, sender, opened } = await setUp(t);
    sender.answer = (iq) =>
      xml("iq", {}, xml("query", { xmlns: iq.getChildElements()[0]?.getNS() }));
    await assert.rejects(upload.upload(FILE, never), refused(/takes no files \(XEP-0363\)/));
    assert.equal(opened(), 0);
  });

  test("a service that could not be asked for is asked for again", async (t) => {
    const { upload, sender } = await setUp(t);
    const { answer } = sender;
    sender.answer = () => new StanzaError("remote-server-timeout", "wait", "");
    await assert.rejects(upload.upload(FILE, never), StanzaError);
    sender.answer = answer;
    await upload.upload(FILE, never);
  });

  test("what is larger than the service takes is not sent", async (t) => {
    const { upload, got, isLeft } = await setUp(t, { info: [limited("3")] });
    const reason = refused(/^the file is 4 bytes; the server takes files of at most 3$/);
    await assert.rejects(upload.upload(FILE, never), reason);
    assert.deepEqual([got.length, isLeft()], [0, false]);
  });

  for (const bytes of ["", "-1", "1e3", "NaN", "9".repeat(400), "0x10"]) {
    test(`a limit of ${JSON.stringify(bytes.slice(0, 8))} is none`, async (t) => {
      const { upload } = await setUp(t, { info: [limited(bytes)] });
      await upload.upload(FILE, never);
    });
  }

  for (const [name, put, get] of [
    ["no urls", undefined, undefined],
    ["a file of this machine", "file:///etc/passwd", "file:///etc/passwd"],
    ["a script", "https://example.org/", "javascript:alert(1)"],
    ["no url at all", "put it there", "get it there"],
  ] as const) {
    test(`a slot with ${name} is refused`, async (t) => {
      const slot = () => slotWith(xml("put", put === undefined ? {} : { url: put }), get ?? "");
      const { upload, isLeft } = await setUp(t, { slot });
      await assert.rejects(upload.upload(FILE, never), refused(/gave no place for the file/));
      assert.equal(isLeft(), false);
    });
  }

  test("a slot on a private address is refused, unless the server is there itself", async (t) => {
    const { upload, got } = await setUp(t, { allowed: ["127.0.0.2"] });
    await assert.rejects(upload.upload(FILE, never), refused(/cannot be uploaded: .*loopback/));
    assert.equal(got.length, 0);
  });

  test("headers that are not the specification's are left out, and none breaks a line", async (t) => {
    const slot = ({ origin }: WebServer) => {
      const headers = [
        ["Host", "evil.example"],
        ["Content-Length", "1"],
        ["Cookie", "a=b\r\nX-Evil: 1"],
        ["Expires", "x".repeat(20_000)],
      ].map(([name, value = ""]) => xml("header", { name }, value));
      return slotWith(xml("put", { url: `${origin}/put` }, ...headers), `${origin}/get`);
    };
    const { upload, got, server } = await setUp(t, { slot });
    await upload.upload(FILE, never);
    const {
      host,
      cookie,
      expires,
      "content-length": length,
      "x-evil": evil,
    } = got[0]?.headers ?? {};
    assert.deepEqual(
      [host, cookie, expires, length, evil],
      [`127.0.0.1:${server.port}`, "a=bX-Evil: 1", undefined, "4", undefined],
    );
  });

  for (const [name, put, reason] of [
    ["413", (_, response) => response.writeHead(413).end(), /answered 413/],
    ["a redirect", (_, response) => response.writeHead(307, { location: "/x" }).end(), /redirects/],
    ["a closed connection", (request) => request.socket.destroy(), /cannot be uploaded/],
  ] as const satisfies readonly (readonly [string, NonNullable<Options["put"]>, RegExp])[]) {
    test(`${name} is refused in words`, async (t) => {
      const { upload, isLeft } = await setUp(t, { put });
      await assert.rejects(upload.upload(FILE, never), refused(reason));
      assert.equal(isLeft(), false);
    });
  }

  test("nobody waits for a service that takes the bytes and says nothing", async (t) => {
    const { promise: begun, resolve } = Promise.withResolvers<void>();
    const { upload } = await setUp(t, { put: () => resolve() });
    const abort = new AbortController();
    const uploaded = assert.rejects(upload.upload(FILE, abort.signal), { message: "time is up" });
    await begun;
    abort.abort(new Error("time is up"));
    await uploaded;
  });

  test("a look for the service that nobody waited for says nothing about it", async (t) => {
    const { upload, sender } = await setUp(t);
    const { answer } = sender;
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    sender.answer = (iq) => {
      if (iq.attrs["to"] !== SERVICE) return answer(iq);
      resolve();
      return undefined;
    };
    const abort = new AbortController();
    const uploaded = assert.rejects(upload.upload(FILE, abort.signal), { message: "nobody waits" });
    await asked;
    abort.abort(new Error("nobody waits"));
    await uploaded;
    sender.answer = answer;
    await upload.upload(FILE, never);
  });
});

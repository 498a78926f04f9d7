/** Files from plugins to backends and back, over a real core. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Block, walkBlocks } from "@seabird-chat/protocol";
import { connectActions, silentLog, text } from "@seabird-chat/sdk";
import { attachment, type BackendHost, backend, startBackend } from "@seabird-chat/sdk/backend";
import { startCore, type TestCoreOptions } from "../support/core.ts";
import { urlOfReported } from "../support/known-file.ts";
import type { Functions } from "../support/test-backend.ts";

const PNG = Buffer.from("89504e470d0a1a0a0000", "hex");

async function stage(t: TestContext, options: TestCoreOptions = {}) {
  const core = await startCore(options, t);
  const { url } = core;
  const plugin = connectActions({ url, token: await core.token(["plugin"]) });
  t.after(() => plugin.close());
  const start = async (id: string, functions: Functions, capabilities = {}) => {
    const { promise: connected, resolve } = Promise.withResolvers<BackendHost>();
    const definition = backend("test", {
      capabilities,
      connect: (host) => {
        resolve(host);
        return { close: () => undefined, ...functions };
      },
    });
    const token = await core.token(["backend:*/*"], id);
    const running = startBackend(definition, { id, url, token, log: silentLog });
    t.after(() => running.close());
    const host = await connected;
    await running.ready();
    return host;
  };
  return { core, plugin, start };
}

function fileIn(block: Block) {
  for (const { inner } of walkBlocks(block)) if (inner.case === "attachment") return inner.value;
  throw new Error("no file");
}

async function read(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test("a backend that sends files reads what a plugin uploads, without a public url", async (t) => {
  const { plugin, start } = await stage(t);
  const sent: Buffer[] = [];
  const host = await start(
    "able",
    {
      send: async (_to, { block }) => {
        const file = fileIn(block);
        assert.deepEqual([file.url, file.id, file.name], ["", "", "cat.png"]);
        const opened = await host.openAttachment(file);
        assert.deepEqual([opened.contentType, opened.sizeBytes], ["image/png", PNG.length]);
        sent.push(await read(opened.body));
      },
    },
    { attachment: "full" },
  );
  const folder = await mkdtemp(join(tmpdir(), "seabird-files-"));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "cat.png"), PNG);
  async function* stream() {
    yield PNG.subarray(0, 3);
    yield PNG.subarray(3);
  }
  const name = "cat.png";
  const sources = [
    { file: join(folder, name) },
    { bytes: PNG, name },
    { stream: stream(), sizeBytes: PNG.length, name },
  ];
  for (const source of sources) {
    const file = await plugin.upload({ ...source, description: "a cat" });
    const handle = await plugin.sendMessage("test://able/c", text`look: ${file}`);
    assert.deepEqual(handle.degraded, []);
  }
  assert.deepEqual(sent, [PNG, PNG, PNG]);
});

test("what was opened waits for its reader, though all of it has come", async (t) => {
  const { plugin, start } = await stage(t);
  const late: Buffer[] = [];
  const host = await start(
    "late",
    {
      send: async (_to, { block }) => {
        const file = fileIn(block);
        const first = await host.openAttachment(file);
        // All of the first has come before the second, on one connection.
        for (let i = 0; i < 3; i++) await read((await host.openAttachment(file)).body);
        late.push(await read(first.body));
      },
    },
    { attachment: "full" },
  );
  await plugin.sendMessage("test://late/c", await plugin.upload({ bytes: PNG, name: "cat.png" }));
  assert.deepEqual(late, [PNG]);
});

test("a backend that does not send files gets a link that opens", async (t) => {
  const said: string[] = [];
  const env = { SEABIRD_PUBLIC_URL: "https://chat.example/sea/" };
  const { core, plugin, start } = await stage(t, { env });
  await start("plain", { send: (_to, message) => void said.push(message.text) });
  const file = await plugin.upload({ bytes: PNG, name: "a cat (1).png" });
  const { degraded } = await plugin.sendMessage("test://plain/c", text`look: ${file}`);
  assert.deepEqual(degraded, ["attachment"]);
  const [, link = ""] = /^look: a cat \(1\)\.png: (\S+)$/.exec(said[0] ?? "") ?? [];
  assert.match(link, /^https:\/\/chat\.example\/sea\/media\/[\w-]{43}\/a_cat_1_.png$/);
  const opened = await fetch(link.replace("https://chat.example/sea", core.url));
  assert.equal(opened.headers.get("content-type"), "image/png");
  assert.deepEqual(Buffer.from(await opened.arrayBuffer()), PNG);
  assert.equal(await plugin.attachmentUrl(fileIn(file)), link);
});

test("without a public url a backend without files gets no link, and no file is fetched for it", async (t) => {
  const said: string[] = [];
  const { plugin, start } = await stage(t);
  await start("plain", { send: (_to, message) => void said.push(message.text) });
  const asked: string[] = [];
  const matrix = await start("matrix", {
    fetchAttachment: async (id, upload) => {
      asked.push(id);
      await upload({ bytes: PNG });
    },
  });
  for (const id of ["sent-on", "wanted"]) {
    matrix.emit.message({
      channel: "#room",
      user: "ann",
      block: attachment({ id, name: "cat.png" }),
    });
  }
  await urlOfReported(plugin, "test://matrix/wanted");
  const file = attachment({ id: "test://matrix/sent%2Don", name: "cat.png" });
  await plugin.sendMessage("test://plain/c", text`look: ${file}`);
  assert.deepEqual(said, ["look: cat.png"]);
  // Later than the send, whose fetch would be asked for before.
  await plugin.attachmentUrl({ id: "test://matrix/wanted" });
  assert.deepEqual(asked, ["wanted"]);
});

test("an empty file is refused before it is announced", async (t) => {
  const { plugin } = await stage(t);
  await assert.rejects(plugin.upload({ bytes: new Uint8Array(), name: "x.bin" }), {
    code: "invalid_argument",
    message: 'the file "x.bin" is empty',
  });
});

test("a file of another network reaches one without files by its link", async (t) => {
  const said: string[] = [];
  let asked = 0;
  const { core, plugin, start } = await stage(t, { env: { SEABIRD_PUBLIC_URL: "http://x.test" } });
  await start("plain", { send: (_to, message) => void said.push(message.text) });
  const matrix = await start("matrix", {
    fetchAttachment: async (id, upload) => {
      asked++;
      assert.equal(id, "mxc://1");
      await upload({ bytes: PNG, contentType: "image/png" });
    },
  });
  const block = attachment({ id: "mxc://1", name: "cat.png", contentType: "image/png" });
  matrix.emit.message({ channel: "#room", user: "ann", block });
  const id = "test://matrix/mxc%3A%2F%2F1";
  await urlOfReported(plugin, id);
  const urls = await Promise.all([1, 2, 3].map(() => plugin.attachmentUrl({ id })));
  assert.equal(new Set(urls).size, 1);
  await plugin.sendMessage("test://plain/c", attachment({ id, name: "cat.png" }));
  assert.deepEqual(said, [`cat.png: ${urls[0]}`]);
  const opened = await fetch((urls[0] ?? "").replace("http://x.test", core.url));
  assert.deepEqual(Buffer.from(await opened.arrayBuffer()), PNG);
  assert.equal(asked, 1);
});

/** `seabird send --attach` with files of this machine: core keeps them, and their links open. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { Seabird } from "@seabird-chat/protocol";
import { cleanEnv, SEABIRD } from "../support/checkout.ts";
import { startCore, type TestCore, type TestCoreOptions } from "../support/core.ts";
import { PtyProgram } from "../support/pty.ts";
import { runCli } from "../support/run-cli.ts";
import { startTestBackend } from "../support/test-backend.ts";

const ROOM = "camp://net/room";
const PUBLIC_URL = "https://chat.example";
const MEBIBYTE = 1024 * 1024;

interface Stage {
  readonly core: TestCore;
  readonly folder: string;
  /** Texts that the network was sent; it takes no files. */
  readonly said: readonly string[];
  env(scopes?: readonly string[]): Promise<NodeJS.ProcessEnv>;
}

async function stage(t: TestContext, options: TestCoreOptions = {}): Promise<Stage> {
  const env = { SEABIRD_PUBLIC_URL: PUBLIC_URL, ...options.env };
  const core = await startCore({ ...options, env }, t);
  const folder = await mkdtemp(join(tmpdir(), "seabird-files-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const said: string[] = [];
  const network = await startTestBackend(
    { url: core.url, token: await core.token(["backend:camp/*"], "net"), type: "camp" },
    { send: (_to, { text }) => void said.push(text) },
  );
  t.after(() => network.close());
  network.channels.joined({ id: "room" });
  await network.ready();
  return {
    ...{ core, folder, said },
    env: async (scopes = ["plugin"]) => ({
      SEABIRD_HOST: core.url,
      SEABIRD_TOKEN: await core.token(scopes, "sender"),
    }),
  };
}

/** What the link of a sent file leads to. */
async function opened({ said, core }: Stage, name: string): Promise<Response> {
  const found = new RegExp(`${PUBLIC_URL}/media/\\S+/${name}`).exec(said.join("\n"));
  assert.ok(found !== null, said.join("\n"));
  return await fetch(found[0].replace(PUBLIC_URL, core.url));
}

test("local files and addresses in one message; the bytes come back by the links", async (t) => {
  const here = await stage(t);
  const [cat, notes] = [Buffer.from("meow"), Buffer.from("1, 2, 3")];
  await writeFile(join(here.folder, "cat.png"), cat);
  await writeFile(join(here.folder, "notes.txt"), notes);
  const elsewhere = "https://example.org/dog.jpg";
  const { code, err } = await runCli(
    [
      ...["send", ROOM, "look", "--attach", "cat.png", "--attach", elsewhere],
      ...["--attach", join(here.folder, "notes.txt")],
    ],
    { cwd: here.folder, env: await here.env() },
  );
  assert.equal(code, 0, err);
  assert.match(here.said.join(), /^look cat\.png: \S+ dog\.jpg: \S+dog\.jpg notes\.txt: \S+$/);
  for (const [name, bytes, type] of [
    ["cat.png", cat, "image/png"],
    ["notes.txt", notes, "text/plain"],
  ] as const) {
    const answer = await opened(here, name);
    assert.equal(answer.headers.get("content-type")?.split(";")[0], type);
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), bytes);
  }
});

test("a terminal shows how far a large file is, and the line is gone at the end", async (t) => {
  const here = await stage(t);
  const bytes = Buffer.alloc(8 * MEBIBYTE, "meow");
  await writeFile(join(here.folder, "long.webm"), bytes);
  const command = [process.execPath, SEABIRD, "send", ROOM, "--attach", "long.webm"];
  const env = { ...cleanEnv(), ...(await here.env()) };
  const program = new PtyProgram(command, { cwd: here.folder, env }, t);
  await program.untilShown(/uploading long\.webm: \d+ %/);
  assert.equal(await program.ended(), 0, program.shown);
  const answer = await opened(here, "long.webm");
  assert.equal(Buffer.compare(Buffer.from(await answer.arrayBuffer()), bytes), 0);
});

interface Refused {
  readonly name: string;
  readonly bytes: number;
  readonly scopes?: readonly string[];
  readonly code: number;
  readonly says: RegExp;
}

const REFUSED: readonly Refused[] = [
  {
    name: "more than a file may have",
    bytes: MEBIBYTE + 1,
    code: 1,
    says: /file too large: 1048577 bytes, limit 1048576\n {2}Next: make it smaller; .*media_max_file/,
  },
  { name: "nothing in it", bytes: 0, code: 2, says: /the file "x\.bin" is empty/ },
  {
    name: "a token that may only read",
    bytes: 1,
    scopes: ["read"],
    code: 4,
    says: /plugin[\s\S]*Next: use a token with that scope/,
  },
];

for (const { name, bytes, scopes, code, says } of REFUSED) {
  test(`refused, and nothing is sent: ${name}`, async (t) => {
    const here = await stage(t, { env: { SEABIRD_MEDIA_MAX_FILE_BYTES: String(MEBIBYTE) } });
    await writeFile(join(here.folder, "x.bin"), Buffer.alloc(bytes));
    const options = { cwd: here.folder, env: await here.env(scopes) };
    const result = await runCli(["send", ROOM, "hi", "--attach", "x.bin"], options);
    assert.equal(result.code, code, result.err);
    assert.match(result.err, says);
    assert.deepEqual(here.said, []);
  });
}

test("a core without the extension is named before anything is sent", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "seabird-files-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "cat.png"), "meow");
  const handler = connectNodeAdapter({
    routes: (router) => {
      router.service(Seabird, { getCoreInfo: () => ({ extensions: ["messages"] }) });
    },
  });
  const server = createServer(handler).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { SEABIRD_HOST: url, SEABIRD_TOKEN: "x".repeat(43) };
  const { code, err } = await runCli(["send", ROOM, "--attach", "cat.png"], { cwd: folder, env });
  assert.equal(code, 1, err);
  assert.match(err, /does not have the media extension\n {2}Next: update core, or give the file's/);
});

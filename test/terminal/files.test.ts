/** Files in the room: those that a plugin uploads, by a link, and those that a person posts. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { plugin, silentLog, startPlugin, text } from "@seabird-chat/sdk";
import { startCore } from "../support/core.ts";

const ROOM = fileURLToPath(
  new URL("../../backends/terminal/bin/seabird-backend-terminal.js", import.meta.url),
);
const BYTES = Buffer.from("meow");

const cats = plugin("cats");
cats.command("cat", "a cat", async (ctx) => {
  await ctx.reply(text`here: ${await ctx.upload({ bytes: BYTES, name: "cat.png" })}`);
});

cats.on("message", async (ctx) => {
  const [file] = ctx.message.attachments;
  if (file !== undefined) await ctx.reply(`got ${await ctx.attachmentUrl(file)}`);
});

test("a script posts a file of this machine, and a plugin opens it", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "seabird-posted-"));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "my cat.png"), BYTES);
  await writeFile(join(folder, "empty.png"), "");
  const lines = ["./my cat.png", "./no.png", "./empty.png", "./"].map((path) => `/file ${path}`);
  const { shown } = await playScript(t, folder, [...lines, "/wait got"]);
  const [, link = ""] = /got (http:\S+\/media\/\S+)/.exec(shown) ?? [];
  const opened = await fetch(link);
  assert.equal(opened.status, 200, shown);
  assert.equal(opened.headers.get("content-type"), "image/png");
  assert.deepEqual(Buffer.from(await opened.arrayBuffer()), BYTES);
  assert.match(shown, /there is no file .*no\.png\n/);
  assert.match(shown, /the file .*empty\.png is empty\n/);
  assert.match(shown, / is no file\n/);
});

test("a script sees the link of an uploaded file", async (t) => {
  const { shown } = await playScript(t, tmpdir(), ["!cat", "/wait here"]);
  const [, link = ""] = /here: .*(http:\S+\/media\/[\w-]{43}\/cat\.png)/.exec(shown) ?? [];
  const opened = await fetch(link);
  assert.deepEqual(Buffer.from(await opened.arrayBuffer()), BYTES);
});

/** What the room shows for these lines, which are typed in a folder. */
async function playScript(t: TestContext, cwd: string, lines: readonly string[]) {
  const core = await startCore({}, t);
  const { url } = core;
  const running = startPlugin(cats, { url, token: await core.token(["plugin"]), log: silentLog });
  t.after(() => running.close());
  await running.ready();
  const token = await core.token(["backend:terminal/*"], "room");
  const env = { PATH: process.env["PATH"], USER: "ann", SEABIRD_HOST: url, SEABIRD_TOKEN: token };
  const stdio = ["pipe", "pipe", "inherit"] as const;
  const room = spawn(process.execPath, [ROOM], { cwd, env, stdio: [...stdio] });
  t.after(() => room.kill("SIGKILL"));
  assert.ok(room.stdin !== null && room.stdout !== null);
  const shown = textOf(room.stdout);
  room.stdin.end(lines.map((line) => `${line}\n`).join(""));
  const [code] = await once(room, "exit");
  assert.equal(code, 0);
  return { shown: await shown };
}

/** The room shows files that a plugin uploads by a link that opens, without a public url of core. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text as textOf } from "node:stream/consumers";
import { test } from "node:test";
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

test("a script sees the link of an uploaded file", async (t) => {
  const core = await startCore({}, t);
  const { url } = core;
  const running = startPlugin(cats, { url, token: await core.token(["plugin"]), log: silentLog });
  t.after(() => running.close());
  await running.ready();
  const token = await core.token(["backend:terminal/*"], "room");
  const env = { PATH: process.env["PATH"], USER: "ann", SEABIRD_HOST: url, SEABIRD_TOKEN: token };
  const room = spawn(process.execPath, [ROOM], { env, stdio: ["pipe", "pipe", "inherit"] });
  t.after(() => room.kill("SIGKILL"));
  const shown = textOf(room.stdout);
  room.stdin.end("!cat\n/wait here\n");
  const [code] = await once(room, "exit");
  assert.equal(code, 0);
  const [, link = ""] = /here: .*(http:\S+\/media\/[\w-]{43}\/cat\.png)/.exec(await shown) ?? [];
  const opened = await fetch(link);
  assert.deepEqual(Buffer.from(await opened.arrayBuffer()), BYTES);
});

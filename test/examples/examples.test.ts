/** The smallest plugin and the smallest backend, run as their first lines say. */
import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { Readable, Writable } from "node:stream";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startCore } from "../support/core.ts";
import { until } from "../support/until.ts";

const EXAMPLES = fileURLToPath(new URL("../../examples/", import.meta.url));

interface Example {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly said: () => string;
}

const BACKEND = fileURLToPath(new URL("../../sdk/bin/seabird-backend.js", import.meta.url));

/** A backend is run as \`seabird backend\` does, a plugin by itself. */
function start(t: TestContext, name: string, url: string, token: string): Example {
  const args = name.endsWith("-backend.ts") ? [BACKEND] : [];
  const child = spawn(process.execPath, [...args, `${EXAMPLES}${name}`], {
    env: { PATH: process.env["PATH"], SEABIRD_HOST: url, SEABIRD_TOKEN: token },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  t.after(async () => {
    if (child.exitCode === null && child.kill()) await once(child, "exit");
  });
  return { child, said: () => said };
}

test("a line given to the echo backend is answered by the greeter plugin", async (t) => {
  const core = await startCore({}, t);
  const plugin = await core.token(["plugin"], "greeter");
  start(t, "greeter-plugin.ts", core.url, plugin);
  await until("the command", () => core.core.broker.stats().commands === 1);
  const echo = start(t, "echo-backend.ts", core.url, await core.token(["backend:echo/*"]));
  await until("the backend", () => core.core.broker.stats().backends === 1);

  echo.child.stdin.write("!hello\nGood morning!\n");
  await until("both answers", () => echo.said().split("\n").length > 2);
  assert.deepEqual(echo.said().trim().split("\n").sort(), ["good morning, me", "me: hi!"]);

  const ended = once(echo.child, "exit");
  echo.child.stdin.end();
  assert.deepEqual(await ended, [0, null]);
});

test("the guide shows the plugin as it is", async () => {
  const guide = await readFile(new URL("../../docs/sdk.md", import.meta.url), "utf8");
  const source = await readFile(`${EXAMPLES}greeter-plugin.ts`, "utf8");
  const code = source.slice(source.indexOf("import ")).trim();
  assert.ok(guide.includes(code), "docs/sdk.md does not show examples/greeter-plugin.ts");
});

/** How soon the first bot is there, and what its door loads for that. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { startCore } from "../support/core.ts";

const path = (from: string) => fileURLToPath(new URL(`../../${from}`, import.meta.url));

const WITHIN_MS = 300;
/** The machine may be busy with other things: the best of these counts. */
const ATTEMPTS = 20;
/** What a process that does nothing takes on a machine with nothing else to do. */
const BARE_MS = 40;
const LOST_MS = 30_000;

test(`the first bot registers within ${WITHIN_MS} ms of its process's start`, async (t) => {
  const core = await startCore({}, t);
  const token = await core.token(["plugin"], "hello");
  const env = { PATH: process.env["PATH"], SEABIRD_HOST: core.url, SEABIRD_TOKEN: token };
  const isThere = () => core.core.broker.stats().commands === 1;
  const times: number[] = [];
  const bare: number[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const begun = performance.now();
    const bot = spawn(
      process.execPath,
      [path("plugins/bin/seabird-plugin.js"), path("examples/hello.ts")],
      {
        env,
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    let said = "";
    bot.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    const exited = once(bot, "exit");
    while (!isThere() && bot.exitCode === null && performance.now() - begun < LOST_MS) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    times.push(Math.round(performance.now() - begun));
    assert.ok(isThere(), said);
    bot.kill();
    await exited;
    while (isThere()) await new Promise((resolve) => setTimeout(resolve, 1));
    if (Math.min(...times) <= WITHIN_MS) break;
    bare.push(await bareStartMs());
  }
  const usual = bare.toSorted((a, b) => a - b)[Math.floor(bare.length / 2)] ?? BARE_MS;
  const slowness = times.length < ATTEMPTS ? 1 : Math.max(1, usual / BARE_MS);
  const took = `registered after ${times.join(", ")} ms, slowness ${slowness.toFixed(1)}`;
  t.diagnostic(took);
  assert.ok(Math.min(...times) <= WITHIN_MS * slowness, took);
});

async function bareStartMs(): Promise<number> {
  const begun = performance.now();
  await once(spawn(process.execPath, ["--eval", ""], { stdio: "ignore" }), "exit");
  return performance.now() - begun;
}

/** Everything that the root door may load, and how much of it. */
const PACKAGES = ["@bufbuild/protobuf", "@connectrpc/connect", "@connectrpc/connect-node"];
const MODULES = [
  "protocol",
  "runtime",
  "sdk",
  "sdk/ask",
  "sdk/command",
  "sdk/link",
  "sdk/plugin",
  "sdk/program",
];
const BUILTINS = [
  ...["crypto", "fs", "http", "http2", "https", "net", "path"],
  ...["stream", "url", "util", "zlib"],
];
const MAX_MODULES = 260;

const LIST_MODULES = `
  import { registerHooks } from "node:module";
  const urls = [];
  registerHooks({
    load(url, context, next) {
      urls.push(url);
      return next(url, context);
    },
  });
  await import("@seabird-chat/sdk");
  console.log(JSON.stringify(urls));
`;

test("the root door loads no validator, no database, and not more than it did", async () => {
  const list = spawn(process.execPath, ["--input-type=module", "--eval", LIST_MODULES], {
    cwd: path("test"),
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  list.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  await once(list, "close");
  const urls = JSON.parse(output) as string[];
  assert.deepEqual(unexpected(urls), []);
  assert.ok(urls.length > 100, "the list is not the door's");
  assert.ok(urls.length <= MAX_MODULES, `${urls.length} modules, ${MAX_MODULES} at most`);
});

function unexpected(urls: readonly string[]): string[] {
  return [...new Set(urls.map(homeOf))].filter(
    (home) => ![...PACKAGES, ...MODULES, ...BUILTINS.map((name) => `node:${name}`)].includes(home),
  );
}

/** A module's package, or its folder if it is one of ours. */
function homeOf(url: string): string {
  if (url.startsWith("node:")) return url;
  const inPackage = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  if (inPackage !== undefined) return inPackage;
  const [, area = url, folder] =
    /\/(protocol|runtime|sdk)\/src\/(?:([^/]+)\/)?[^/]+/.exec(url) ?? [];
  return area === "sdk" && folder !== undefined ? `sdk/${folder}` : area;
}

/** What the SDK's entry point loads; how soon the first bot is there is a row of `cold-start` in bench/. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const path = (from: string) => fileURLToPath(new URL(`../../${from}`, import.meta.url));

/** Everything that the entry point may load, and how much of it. */
const PACKAGES = ["@bufbuild/protobuf", "@connectrpc/connect"];
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
const BUILTINS = ["buffer", "crypto", "fs", "http2", "net", "path", "util"];
const MAX_MODULES = 275;

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

test("the entry point loads no validator, no database, no HTTP client, and not more than it did", async () => {
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
  assert.ok(urls.length > 100, "the list is not the entry point's");
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
    /\/(protocol|runtime|sdk)\/(?:src\/)?(?:([^/]+)\/)?[^/]+/.exec(url) ?? [];
  return area === "sdk" && folder !== undefined ? `sdk/${folder}` : area;
}

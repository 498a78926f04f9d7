/**
 * Which packages each command and each program of ours loads. Every package more is a slower start;
 * how fast it is, the bench measures.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { cleanEnv, ROOT, SEABIRD } from "../support/checkout.ts";
import { startCore } from "../support/core.ts";
import { FIXTURE_UP } from "../support/running-project.ts";
import { until } from "../support/until.ts";

/** Writes the URLs of all modules that its process loads. */
const PRELOAD = `
  import { writeFileSync } from "node:fs";
  import { getCompileCacheDir, registerHooks } from "node:module";
  const urls = [];
  registerHooks({
    load(url, context, next) {
      urls.push(url);
      return next(url, context);
    },
  });
  process.on("exit", () => {
    const list = { urls, cache: getCompileCacheDir() ?? null };
    writeFileSync(process.env.LOADED_MODULES, JSON.stringify(list));
  });
`;

interface Loaded {
  readonly packages: readonly string[];
  /** Ours, as `cli/src/commands/ps.ts`. */
  readonly own: readonly string[];
  readonly cache: string | null;
}

interface RunOptions {
  /** In its folder, by name. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: NodeJS.ProcessEnv;
  /** The program becomes another one, which is the one that counts. */
  readonly becomes?: boolean;
  /** By what it has written, or else: the program is stopped then. Default: it ends by itself. */
  until?(output: string): boolean;
}

async function run(t: TestContext, args: readonly string[], options: RunOptions): Promise<Loaded> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-loaded-"));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const preload = join(folder, "preload.mjs");
  const list = join(folder, "loaded.json");
  await writeFile(preload, PRELOAD);
  for (const [name, text] of Object.entries(options.files ?? {})) {
    await writeFile(join(folder, name), text);
  }
  const flag = ["--import", pathToFileURL(preload).href];
  const flags = options.becomes === true ? [] : flag;
  const child = spawn(process.execPath, [...flags, ...args], {
    cwd: folder,
    env: {
      ...cleanEnv(),
      NODE_COMPILE_CACHE: undefined,
      NODE_DISABLE_COMPILE_CACHE: undefined,
      ...(options.becomes === true ? { NODE_OPTIONS: flag.join(" ") } : {}),
      ...options.env,
      LOADED_MODULES: list,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  t.after(() => child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const closed = once(child, "close");
  if (options.until !== undefined) {
    const isDone = options.until;
    await until("the program's start", () => child.exitCode !== null || isDone(output), 60_000);
    child.kill("SIGTERM");
  }
  await closed;
  const { urls, cache } = JSON.parse(await readFile(list, "utf8")) as {
    urls: string[];
    cache: string | null;
  };
  const root = pathToFileURL(ROOT).href;
  const found = urls.filter((url) => url.startsWith("file:"));
  return {
    packages: [...new Set(found.flatMap((url) => packageOf(url) ?? []))].sort(),
    own: found
      .filter((url) => packageOf(url) === undefined && url.startsWith(root))
      .map((url) => url.slice(root.length)),
    cache,
  };
}

/** Of our modules, those that are not in these folders, nor in what all programs share. */
function foreignTo({ own }: Loaded, folders: RegExp): readonly string[] {
  return own.filter((path) => !folders.test(path) && !/^(runtime|protocol)\//.test(path));
}

function packageOf(url: string): string | undefined {
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
}

/** For the calls of gRPC. */
const CALLS = ["@bufbuild/protobuf", "@connectrpc/connect", "@connectrpc/connect-node"];
/** For a seabird.yaml and its settings' schemas. */
const PROJECT = ["ajv", "fast-deep-equal", "fast-uri", "json-schema-traverse", "yaml"];
/** For core's log. */
const LOG = [
  ...["@pinojs/redact", "atomic-sleep", "on-exit-leak-free", "pino", "pino-std-serializers"],
  ...["quick-format-unescaped", "safe-stable-stringify", "sonic-boom", "thread-stream"],
];
/** Nothing listens there. */
const URL = ["--url", "http://127.0.0.1:9", "--token", "x"];

const COMMANDS: readonly (readonly [args: readonly string[], packages: readonly string[]])[] = [
  [["--help"], []],
  [["--version"], []],
  [["send", "--help"], []],
  [["tail", "--help"], []],
  [["token", "create", "--help"], []],
  [["ps"], []],
  [["logs"], []],
  [["restart", "core"], []],
  [["reload"], []],
  [["unignore", "alice"], []],
  [["send", "irc://a/b", "hi", ...URL], CALLS],
  [["join", "irc://a", "#b", ...URL], CALLS],
  [["info", ...URL], CALLS],
  [["channels", ...URL], CALLS],
  [["streams", ...URL], CALLS],
  [["token", "list", ...URL], CALLS],
  [["doctor", ...URL], CALLS],
  [["tail", "--no-retry", ...URL], CALLS],
  [["config", "check"], PROJECT],
];

for (const [args, packages] of COMMANDS) {
  const shown = args.filter((arg) => !URL.includes(arg)).join(" ");
  test(`seabird ${shown} loads ${packages.join(", ") || "commander alone"}`, async (t) => {
    const loaded = await run(t, [SEABIRD, ...args], {});
    assert.deepEqual(loaded.packages, ["commander", ...packages].sort());
    const isTail = args[0] === "tail" && !args.includes("--help");
    assert.equal(
      loaded.own.some((path) => path.startsWith("sdk/")),
      isTail,
    );
    assert.ok(!loaded.own.some((path) => /^(core|backends|plugins)\//.test(path)));
    assert.notEqual(loaded.cache, null, "its code is not cached");
  });
}

test("seabird new loads no package before it asks something", async (t) => {
  const loaded = await run(t, [SEABIRD, "new", "nothing"], { becomes: true });
  assert.deepEqual(loaded.packages, []);
  assert.ok(loaded.own.includes("create/src/main.ts"));
  assert.notEqual(loaded.cache, null);
});

test("a plugin's process loads neither a backend's half of the SDK nor what settings need", async (t) => {
  const core = await startCore({}, t);
  const loaded = await run(t, [join(ROOT, "plugins/bin/seabird-plugin.js"), "ping"], {
    env: { SEABIRD_HOST: core.url, SEABIRD_TOKEN: await core.token(["plugin"], "ping") },
    until: () => core.core.broker.stats().commands === 1,
  });
  assert.deepEqual(loaded.packages, CALLS);
  const foreign = loaded.own.filter((path) =>
    /^(core|cli|backends|sdk\/src\/backend)\//.test(path),
  );
  assert.deepEqual(foreign, []);
  assert.notEqual(loaded.cache, null);
});

test("a backend's process does not load a plugin's half of the SDK", async (t) => {
  const core = await startCore({}, t);
  const bin = join(ROOT, "backends/terminal/bin/seabird-backend-terminal.js");
  const loaded = await run(t, [bin], {
    env: { SEABIRD_HOST: core.url, SEABIRD_TOKEN: await core.token(["backend:*/*"], "room") },
    until: () => core.core.broker.stats().backends === 1,
  });
  assert.deepEqual(loaded.packages, [...CALLS, "zod"]);
  assert.deepEqual(foreignTo(loaded, /^(backends\/terminal|sdk\/src\/(?!(plugin|ask)\/))/), []);
  assert.notEqual(loaded.cache, null);
});

test("core's process loads neither Connect nor a database's client before a call needs it", async (t) => {
  const loaded = await run(t, [join(ROOT, "core/bin/seabird-core.js")], {
    env: { SEABIRD_BIND_HOST: "127.0.0.1:0" },
    until: (output) => /listening/.test(output),
  });
  assert.deepEqual(loaded.packages, ["@bufbuild/protobuf", ...LOG].sort());
  assert.deepEqual(foreignTo(loaded, /^core\//), []);
});

test("a run with a core and a network of its own loads no client of core", async (t) => {
  const tells = { network: { state: "away", sinceMs: 0, why: "reset" } };
  const components = [{ name: "camp/net", kind: "backend", settings: tells }];
  const loaded = await run(t, [FIXTURE_UP], {
    files: { "project.json": JSON.stringify({ components }) },
    until: (output) => output.includes('"type":"up"'),
  });
  assert.ok(loaded.own.includes("cli/src/supervise/core-networks.ts"));
  assert.deepEqual(loaded.packages, []);
});

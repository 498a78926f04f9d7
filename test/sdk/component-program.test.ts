/** Programs of plugins and backends as a supervisor starts them: files from anywhere, bootstrap config, settings. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { connectPlugin } from "@seabird-chat/sdk";
import { CampfireServer } from "../support/campfire-server.ts";
import { startCore } from "../support/core.ts";
import { until } from "../support/until.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PLUGIN = join(ROOT, "plugins/bin/seabird-plugin.js");
const BACKEND = join(ROOT, "sdk/bin/seabird-backend.js");

interface Started {
  readonly child: ChildProcess;
  readonly output: Promise<string>;
  /** All that it complained of so far. */
  errors(): string;
  readonly exit: Promise<number | null>;
  readonly messages: unknown[];
}

function run(t: TestContext, args: readonly string[], bootstrap?: object): Started {
  const child = spawn(process.execPath, [...args], {
    stdio: ["pipe", "pipe", "pipe", "ipc"],
    env: { PATH: process.env["PATH"] ?? "" },
  });
  assert.ok(child.stdout !== null && child.stderr !== null && child.stdin !== null);
  // Its last words may come after its end.
  const ends = [once(child, "exit"), once(child.stderr, "end")] as const;
  const exit = Promise.all(ends).then(([[code]]) => (typeof code === "number" ? code : null));
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await exit;
  });
  const messages: unknown[] = [];
  child.on("message", (message) => messages.push(message));
  child.stdin.on("error", () => undefined);
  // It stays open, as a supervisor's may.
  if (bootstrap !== undefined) child.stdin.write(`${JSON.stringify(bootstrap)}\n`);
  let errors = "";
  child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
  return { child, output: text(child.stdout), errors: () => errors, exit, messages };
}

async function ask(t: TestContext, args: readonly string[]) {
  const started = run(t, args);
  const output = await started.output;
  return { code: await started.exit, output, errors: started.errors() };
}

/** A folder far from any package of ours. */
async function farFolder(t: TestContext, files: Record<string, string> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-far-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

const HELLO = `
import { plugin } from "@seabird-chat/sdk";
import { z } from "zod";
import { greeting } from "./words.ts";
const config = z.object({ name: z.string().default("you") });
export const hello = plugin("hello", { config });
hello.command("hello", "greets you", (ctx) => ctx.reply(greeting(ctx.config.name)));
export const same = hello;
export const other: number = 7;
`;
const WORDS = "export const greeting = (name: string): string => ['hi, ', name, '!'].join('');\n";

test("a plugin's file from anywhere describes itself, and runs by a bootstrap config", async (t) => {
  const folder = await farFolder(t, {
    "hello.ts": HELLO,
    "words.ts": WORDS,
    "package.json": '{ "type": "commonjs" }',
  });
  const file = join(folder, "hello.ts");
  const described = await ask(t, [PLUGIN, file, "--describe"]);
  assert.deepEqual([described.code, described.errors], [0, ""]);
  const { kind, components } = JSON.parse(described.output);
  assert.equal(kind, "plugin");
  assert.equal(components.length, 1);
  assert.deepEqual(
    [components[0].name, components[0].commands.hello.shortHelp],
    ["hello", "greets you"],
  );
  assert.equal(components[0].settings.properties.name.default, "you");

  const core = await startCore({}, t);
  const token = await core.token(["plugin"]);
  const settings = { name: "ann" };
  const component = run(t, [PLUGIN, file, "--bootstrap-fd", "0"], {
    url: core.url,
    token,
    settings,
  });
  await until("its word", () => component.messages.length > 0, 30_000);
  assert.deepEqual(component.messages, [{ type: "ready" }]);
  assert.equal(core.core.broker.stats().commands, 1);
  const told = async (message: object) => {
    const { length } = component.messages;
    component.child.send({ type: "settings", ...message });
    await until("an answer", () => component.messages.length > length);
    return component.messages.at(-1);
  };
  assert.deepEqual(await told({ settings, logLevel: "debug" }), { type: "settings", ok: true });
  assert.deepEqual(await told({ settings: { name: "bob" } }), {
    type: "settings",
    error: "plugins take new settings by a restart only",
  });
  component.child.kill("SIGTERM");
  assert.equal(await component.exit, 0, component.errors());
  assert.ok(!component.errors().includes(token));
});

test("a backend's file from anywhere runs by a bootstrap config, and says no to other settings", async (t) => {
  const folder = await farFolder(t);
  for (const name of ["campfire.ts", "campfire-link.ts", "campfire-render.ts"]) {
    await copyFile(join(ROOT, "examples", name), join(folder, name));
  }
  const file = join(folder, "campfire.ts");
  const described = await ask(t, [BACKEND, file, "--describe"]);
  assert.deepEqual([described.code, described.errors], [0, ""]);
  const { kind, components } = JSON.parse(described.output);
  assert.deepEqual([kind, components[0].type], ["backend", "campfire"]);
  assert.equal(components[0].settings.properties.token.writeOnly, true);

  const core = await startCore({}, t);
  const server = await CampfireServer.start(t);
  const bootstrap = {
    url: core.url,
    token: await core.token(["backend:campfire/*"]),
    id: "desk",
    settings: { url: server.url, token: CampfireServer.token },
    logLevel: "debug",
  };
  const component = run(t, [BACKEND, file, "--bootstrap-fd", "0"], bootstrap);
  await until("its word", () => component.messages.length > 0, 30_000);
  const plugin = connectPlugin({ url: core.url, token: await core.token() });
  t.after(() => plugin.close());
  await plugin.ready();
  await plugin.sendMessage("campfire://desk/lobby", "hi");
  assert.deepEqual(server.said, [{ to: "lobby", body: "hi" }]);
  component.child.send({ type: "settings", settings: { ...bootstrap.settings, token: "other" } });
  const refused = {
    type: "settings",
    error: "campfire takes new settings by a restart only",
  };
  await until("the refusal", () =>
    component.messages.some((message) => isDeepStrictEqual(message, refused)),
  );
  component.child.kill("SIGTERM");
  assert.equal(await component.exit, 0, component.errors());
  for (const secret of [bootstrap.token, CampfireServer.token]) {
    assert.ok(!component.errors().includes(secret));
  }
});

test("each way to fail has its exit code and one line that says why", async (t) => {
  const folder = await farFolder(t, {
    "hello.ts": HELLO,
    "words.ts": WORDS,
    "empty.ts": "export const nothing = 1;\n",
    "broken.ts": 'throw new RangeError("at the top");\n',
    "fatal.ts": `import { backend, Fatal } from "@seabird-chat/sdk/backend";
      const connect = () => { throw new Fatal("wrong password", { setting: "password" }); };
      export const a = backend("fatal", { connect });\n`,
    "two.ts": `import { backend } from "@seabird-chat/sdk/backend";
      const spec = { connect: () => { throw new Error("no"); } };
      export const a = backend("a", spec);
      export const b = backend("b", spec);\n`,
  });
  const at = (name: string) => join(folder, name);
  const core = await startCore({}, t);
  const server = await CampfireServer.start(t);
  const token = await core.token();
  const campfire = join(ROOT, "examples/campfire.ts");
  const from = { url: core.url, token };
  const byHand = ["--bootstrap-fd", "0"];
  const good = { url: server.url, token: CampfireServer.token };
  const rows: readonly (readonly [string[], object | undefined, number, RegExp])[] = [
    [[PLUGIN, at("none.ts")], undefined, 2, /there is no file /],
    [[PLUGIN, at("empty.ts")], undefined, 2, /exports no plugin; it needs a line such as: export/],
    [
      [PLUGIN, at("broken.ts")],
      undefined,
      1,
      /broken\.ts cannot be loaded: RangeError: at the top \(broken\.ts:\d+\)$/,
    ],
    [[PLUGIN, at("hello.ts"), "--nope"], undefined, 2, /there is no "--nope"; --help lists/],
    [[PLUGIN, "--bootstrap-fd"], undefined, 2, /--bootstrap-fd needs a value/],
    [[PLUGIN, ...byHand], { url: core.url }, 2, /bootstrap config cannot be used: token has to be/],
    [
      [PLUGIN, at("hello.ts"), ...byHand],
      { ...from, settings: { name: 7 } },
      78,
      /settings of hello: name: /,
    ],
    [
      [PLUGIN, at("hello.ts"), "ping", ...byHand],
      { ...from, settings: { pong: {} } },
      78,
      /settings of the plugins: pong: there is no such plugin; there are hello, ping/,
    ],
    [[BACKEND], undefined, 2, /which file\?/],
    [[BACKEND, at("two.ts"), "--describe"], undefined, 2, /exports 2 backends, not one/],
    [[BACKEND, campfire, "--id"], undefined, 2, /--id needs a value; --help lists/],
    [[BACKEND, campfire, ...byHand], from, 78, /settings of campfire\/seabird: url: .*; token: /],
    [
      [BACKEND, at("fatal.ts"), ...byHand],
      from,
      78,
      /settings of fatal\/seabird: password: wrong password/,
    ],
    [
      [BACKEND, campfire, ...byHand],
      { ...from, token: "unknown", settings: good },
      1,
      /core at .* does not know this token/,
    ],
  ];
  await Promise.all(
    rows.map(async ([args, bootstrap, code, words]) => {
      const started = run(t, args, bootstrap);
      assert.equal(await started.exit, code, `${args.join(" ")}: ${started.errors()}`);
      const lines = started.errors().trimEnd().split("\n");
      assert.match(lines.at(-1) ?? "", words, args.join(" "));
    }),
  );
});

test("a file that prints, goes on, or never ends its loading is told about all the same", async (t) => {
  const folder = await farFolder(t, {
    "prints.ts": `import { plugin } from "@seabird-chat/sdk";
      process.stdout.write("no line's end");
      console.log("x".repeat(200_000));
      setInterval(() => console.log("tick"), 1);
      process.on("exit", () => console.log("bye"));
      export const a = plugin("a");\n`,
    "waits.ts": "await new Promise(() => undefined);\n",
  });
  const printed = await ask(t, [PLUGIN, join(folder, "prints.ts"), "--describe"]);
  assert.equal(printed.code, 0, printed.errors);
  const { kind, components } = JSON.parse(printed.output.trimEnd().split("\n").at(-1) ?? "");
  assert.deepEqual([kind, components[0].name], ["plugin", "a"]);
  assert.equal(printed.output.split("\n").length, 2, "standard output is for the answer alone");
  assert.ok(printed.errors.startsWith("no line's endxxx"), "what it prints is an error's text");
  for (const bin of [PLUGIN, BACKEND]) {
    const waits = await ask(t, [bin, join(folder, "waits.ts"), "--describe"]);
    assert.notEqual(waits.code, 0);
    assert.match(waits.errors, /waits\.ts cannot be loaded: an await at its top never ends/);
  }
});

test("a supervisor's end is the component's end", async (t) => {
  const core = await startCore({}, t);
  const bootstrap = { url: core.url, token: await core.token(["plugin"]) };
  const component = run(t, [PLUGIN, "ping", "--bootstrap-fd", "0"], bootstrap);
  await until("its word", () => component.messages.length > 0, 30_000);
  component.child.disconnect();
  assert.equal(await component.exit, 0, component.errors());
});

/** `seabird plugin FILE --watch`: every way in which an editor saves a file, and its end. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { connectActions } from "@seabird-chat/sdk";
import { startCore } from "../support/core.ts";
import { runCli, startCli } from "../support/run-cli.ts";
import { until } from "../support/until.ts";

const PATIENCE_MS = 60_000;

const bot = (word: string) => `import { plugin } from "@seabird-chat/sdk";
import { help } from "./a word.ts";
export const bot = plugin("bot");
bot.command("${word}", help, (ctx) => ctx.reply("hi"));
`;

async function stage(t: TestContext) {
  const cwd = await mkdtemp(join(tmpdir(), "seabird watch "));
  t.after(() => rm(cwd, { recursive: true, force: true, maxRetries: 5 }));
  const core = await startCore({}, t);
  const token = await core.token();
  const actions = connectActions({ url: core.url, token });
  t.after(() => actions.close());
  /** Over the old file, as some editors do, or a new one in its place, as others do. */
  const save = async (name: string, content: string, how: "over" | "instead") => {
    const path = join(cwd, name);
    if (how === "over") return await writeFile(path, content);
    await writeFile(`${path}.new`, content);
    await rename(`${path}.new`, path);
  };
  const help = async (word: string) => (await actions.registeredCommands())[word]?.shortHelp;
  return { cwd, save, help, env: { SEABIRD_HOST: core.url, SEABIRD_TOKEN: token }, core };
}

test("each change starts it again, whatever was wrong before, and one signal ends all", async (t) => {
  const { cwd, save, help, env, core } = await stage(t);
  await save("a word.ts", 'export const help = "first";\n', "over");
  await save("a bot.ts", bot("one"), "over");
  const watched = startCli(["plugin", "./a bot.ts", "--watch"], { cwd, env });
  t.after(() => watched.child.kill("SIGKILL"));
  const answers = (word: string, line: string) =>
    until(`${word}: ${line}`, async () => (await help(word)) === line, PATIENCE_MS);
  const ended = (times: number) =>
    until(
      "its end",
      () => watched.err().split("waiting for a change").length === times + 1,
      PATIENCE_MS,
    );
  await answers("one", "first");
  await save("a bot.ts", `${bot("one")} this is (not code`, "instead");
  await ended(1);
  assert.match(watched.err(), /a bot\.ts cannot be loaded: SyntaxError/);
  await save("a bot.ts", bot("two"), "instead");
  await answers("two", "first");
  await save("a word.ts", 'export const help = "second";\n', "instead");
  await answers("two", "second");
  await save("a bot.ts", `throw new RangeError("at the top");\n${bot("two")}`, "over");
  await ended(2);
  await save("a word.ts", 'export const help = "third";\n', "instead");
  await ended(3);
  await save("a bot.ts", bot("three"), "over");
  await answers("three", "third");
  watched.child.kill("SIGINT");
  const [code] = await once(watched.child, "close", { signal: AbortSignal.timeout(PATIENCE_MS) });
  assert.equal(code, 0, watched.err());
  await until("core to know", () => core.core.broker.stats().commands === 0);
});

test("killed, it takes the program along; without a file there is nothing to watch", async (t) => {
  const { cwd, save, help, env, core } = await stage(t);
  await save("a word.ts", 'export const help = "first";\n', "over");
  await save("bot.ts", bot("one"), "over");
  const watched = startCli(["plugin", "--watch", join(cwd, "bot.ts")], { cwd, env });
  await until("the bot", async () => (await help("one")) === "first", PATIENCE_MS);
  watched.child.kill("SIGKILL");
  await until("the bot's end", () => core.core.broker.stats().commands === 0, PATIENCE_MS);
  const none = await runCli(["plugin", "ping", "--watch"], { cwd, env });
  assert.equal(none.code, 2);
  assert.match(none.err, /--watch has no file to watch/);
});

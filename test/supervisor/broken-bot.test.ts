/** A bot whose file has been broken, or whose process is suspended: `restart` and `doctor` name it. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeProjectCheckout, RunningProject } from "../support/running-project.ts";

const BOT = `import { plugin } from "@seabird-chat/sdk";
export const bot = plugin("bot");
`;

test("the error of a file that cannot be loaded is shown, and one that can be runs again", async (t) => {
  const checkout = await makeProjectCheckout(t);
  const { SEABIRD_BIND_HOST: _, ...env } = checkout.env;
  const write = (name: string, text: string) => writeFileSync(join(checkout.folder, name), text);
  write("bot.ts", BOT);
  write("seabird.yaml", "core: { listen: 127.0.0.1:0 }\nplugins: { ./bot.ts: }\n");
  const project = new RunningProject({ ...checkout, env });
  await project.untilState("ready", "core", "bot");
  const rows: readonly (readonly [added: string, says: RegExp])[] = [
    ["const x = (;\n", /bot: restarted, but .*SyntaxError: .* \(bot\.ts:3\)/],
    ["throw new Error('no key');\n", /bot: restarted, but .*no key \(bot\.ts:3\)/],
    ["import './gone.ts';\n", /bot: restarted, but .*gone\.ts/],
  ];
  for (const [added, says] of rows) {
    write("bot.ts", BOT + added);
    const { code, out } = await project.cli(["restart", "bot"]);
    assert.equal(code, 7, out);
    assert.match(out, says);
  }
  write("bot.ts", BOT);
  assert.equal((await project.cli(["restart", "bot"])).code, 0);
});

test("doctor reports a bot that crashes, and one that is suspended", async (t) => {
  const checkout = await makeProjectCheckout(t);
  const { SEABIRD_BIND_HOST: _, ...env } = checkout.env;
  const write = (name: string, text: string) => writeFileSync(join(checkout.folder, name), text);
  write("bot.ts", BOT);
  const limits = "{ keep_alive_interval_ms: 500, keep_alive_timeout_ms: 500 }";
  write(
    "seabird.yaml",
    `core: { listen: 127.0.0.1:0, limits: ${limits} }\nplugins: { ./bot.ts: , ping: }\n`,
  );
  const project = new RunningProject({ ...checkout, env });
  await project.untilState("ready", "core", "bot", "ping");
  const doctor = () => project.cli(["doctor"]);
  assert.match((await doctor()).out, /✓ components: all 3 are ready/);
  const { pid = 0 } = await project.component("ping");
  process.kill(pid, "SIGSTOP");
  t.after(() => {
    // It may be gone already.
    try {
      process.kill(pid, "SIGCONT");
    } catch {}
  });
  const lost = new RegExp(`✗ component ping: runs, but .*\n.*kill -CONT ${pid}\\b.*restart ping`);
  await project.until("doctor to miss it", async () => lost.test((await doctor()).out));
  process.kill(pid, "SIGCONT");
  write("bot.ts", `${BOT}throw new Error('no key');\n`);
  await project.cli(["restart", "bot"]);
  const crashed = /✗ component bot: ended with exit code 1.*\n.*logs bot/;
  await project.until("doctor to report it", async () => crashed.test((await doctor()).out));
});

/** `seabird restart` of a bot whose file has been broken: the answer is the error itself. */
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
    ["const x = (;\n", /bot: restarted, but .*SyntaxError/],
    ["throw new Error('no key');\n", /bot: restarted, but .*no key/],
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

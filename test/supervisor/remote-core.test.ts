/** `seabird up` with a core that runs elsewhere: none is started, and all share the token given. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { processesIn } from "../support/checkout.ts";
import { startCore } from "../support/core.ts";
import { makeHouseCheckout, RunningHouse } from "../support/running-house.ts";

test("the parts connect to core.url with the configured token", async (t) => {
  const core = await startCore();
  t.after(() => core.close());
  const checkout = await makeHouseCheckout(t);
  const { folder } = checkout;
  const token = await core.token(["plugin"]);
  writeFileSync(join(folder, "token"), token, { mode: 0o600 });
  const yaml = `core: { url: "${core.url}", token_file: token }\nplugins: { help: {}, ping: {} }\n`;
  writeFileSync(join(folder, "seabird.yaml"), yaml);
  const house = new RunningHouse(checkout);
  await house.untilState("ready", "help", "ping");
  const status = await house.status();
  assert.equal(status.url, core.url);
  assert.deepEqual(
    status.parts.map(({ name, state }) => [name, state]),
    [
      ["core", "remote"],
      ["help", "ready"],
      ["ping", "ready"],
    ],
  );
  assert.equal(processesIn(folder).length, 3);
  const commands = await house.cli(["commands", "--token-file", "token"]);
  assert.match(commands.out, /ping/, commands.err);
  const refused = await house.cli(["restart", "core"]);
  assert.equal(refused.code, 2);
  assert.match(refused.err, /core runs elsewhere/);
  await house.stop();
  assert.equal(house.child.exitCode, 0, house.errors);
  assert.ok(!house.errors.includes(token));
});

/** `seabird up` with a core that runs elsewhere: none is started, and all share the token given. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { processesIn } from "../support/checkout.ts";
import { startCore } from "../support/core.ts";
import { makeProjectCheckout, RunningProject } from "../support/running-project.ts";

test("the components connect to core.url with the configured token", async (t) => {
  const core = await startCore();
  t.after(() => core.close());
  const checkout = await makeProjectCheckout(t);
  const { folder } = checkout;
  const token = await core.token(["plugin"]);
  writeFileSync(join(folder, "token"), token, { mode: 0o600 });
  const yaml = `core: { url: "${core.url}", token_file: token }\nplugins: { help: {}, ping: {} }\n`;
  writeFileSync(join(folder, "seabird.yaml"), yaml);
  const project = new RunningProject(checkout);
  await project.untilState("ready", "help", "ping");
  const status = await project.status();
  assert.equal(status.url, core.url);
  assert.deepEqual(
    status.components.map(({ name, state }) => [name, state]),
    [
      ["core", "remote"],
      ["help", "ready"],
      ["ping", "ready"],
    ],
  );
  assert.equal(processesIn(folder).length, 3);
  const commands = await project.cli(["commands", "--token-file", "token"]);
  assert.match(commands.out, /ping/, commands.err);
  const refused = await project.cli(["restart", "core"]);
  assert.equal(refused.code, 2);
  assert.match(refused.err, /core runs elsewhere/);
  await project.stop();
  assert.equal(project.child.exitCode, 0, project.errors);
  assert.ok(!project.errors.includes(token));
});

/** The supervisor is killed: whatever its components are at, they are gone soon. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { processesIn } from "../support/checkout.ts";
import { startCli } from "../support/run-cli.ts";
import { makeProjectCheckout, RunningProject } from "../support/running-project.ts";
import { until } from "../support/until.ts";

/** A loaded machine's two seconds; core alone would drain for eight. */
const GONE_MS = 6_000;

const STUCK = `import { plugin } from "@seabird-chat/sdk";
export const stuck = plugin("stuck");
stuck.command("wait", "never answers", () => new Promise(() => {}));
stuck.onStart(() => () => new Promise(() => {}));
`;

test("kill -9 of the supervisor, with a plugin that never finishes and a stream that stays", async (t) => {
  const checkout = await makeProjectCheckout(t);
  const { folder } = checkout;
  writeFileSync(join(folder, "stuck.ts"), STUCK);
  const yaml = "core: { listen: 127.0.0.1:0 }\nplugins: { ping: {}, ./stuck.ts: {} }\n";
  writeFileSync(join(folder, "seabird.yaml"), yaml);
  const { SEABIRD_BIND_HOST: _, ...env } = checkout.env;
  const project = new RunningProject({ ...checkout, env });
  await project.untilState("ready", "core", "ping", "stuck");
  const { url } = await project.status();
  const token = join(folder, ".seabird/admin-token");
  const elsewhere = { cwd: import.meta.dirname };
  const tail = startCli(["tail", "--url", url, "--token-file", token], elsewhere);
  t.after(() => tail.child.kill("SIGKILL"));
  await project.until("the stream", async () => {
    const { out } = await project.cli(["streams", "--json"]);
    return JSON.parse(out).streams.length === 3;
  });
  process.kill(project.pid, "SIGKILL");
  await until("all to be gone", () => processesIn(folder).length === 0, GONE_MS);
});

const LOOP = `import { plugin } from "@seabird-chat/sdk";
export const loop = plugin("loop");
loop.onStart((host) => void host.clock.after(1, () => { for (;;); }));
`;

test("kill -9 of the supervisor: a component in an endless loop and a suspended one are killed", async (t) => {
  const checkout = await makeProjectCheckout(t);
  const { folder } = checkout;
  writeFileSync(join(folder, "loop.ts"), LOOP);
  const yaml = "core: { listen: 127.0.0.1:0 }\nplugins: { ping: {}, ./loop.ts: {} }\n";
  writeFileSync(join(folder, "seabird.yaml"), yaml);
  const { SEABIRD_BIND_HOST: _, ...env } = checkout.env;
  const project = new RunningProject({ ...checkout, env });
  await project.untilState("ready", "core", "ping");
  await until("the loop", () => processesIn(folder).some(({ command }) => /loop/.test(command)));
  process.kill((await project.component("ping")).pid ?? 0, "SIGSTOP");
  process.kill(project.pid, "SIGKILL");
  await until("all to be gone", () => processesIn(folder).length === 0, GONE_MS);
});

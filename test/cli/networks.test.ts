/** Lost networks, as core knows them, while the backend itself does not answer. */
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { startCore } from "../support/core.ts";
import { runCli } from "../support/run-cli.ts";
import { startTestBackend } from "../support/test-backend.ts";
import { until } from "../support/until.ts";

test("a lost network is shown by backends and doctor from core: which, since when, why", async (t) => {
  const core = await startCore({}, t);
  let isSilent = false;
  const backend = await startTestBackend(
    { url: core.url, token: await core.token(undefined, "camp"), type: "camp" },
    { metadata: () => (isSilent ? new Promise(() => undefined) : {}) },
  );
  t.after(() => backend.close());
  backend.channels.joined({ id: "room" });
  await backend.ready();
  const token = await core.token(["plugin", "admin"], "operator");
  const env = { SEABIRD_HOST: core.url, SEABIRD_TOKEN: token };
  const shown = async (...args: string[]) => {
    return (await runCli(args, { cwd: tmpdir(), env })).out;
  };
  const AWAY = /away since \d{4}-\d\d-\d\dT[\d:]{8}Z: timed out/.source;

  assert.match(await shown("backends"), /^camp:\/\/net +camp +connected$/m);
  isSilent = true;
  backend.network.away("timed out");
  const lost = new RegExp(`^camp://net +camp +${AWAY}$`, "m");
  await until("the loss", async () => lost.test(await shown("backends")), 30_000);
  const doctor = await shown("doctor");
  assert.match(doctor, new RegExp(`✗ backend camp://net: its network is ${AWAY}\\n +Next: `));
  isSilent = false;
  backend.network.back();
  const back = /^camp:\/\/net +camp +connected$/m;
  await until("the return", async () => back.test(await shown("backends")), 30_000);
  assert.match(await shown("backends", "camp://net"), /^network +connected$/m);
  assert.doesNotMatch(await shown("doctor"), /✗/);
});

test("doctor warns of each permission that a backend lacks, and of many once", async (t) => {
  const core = await startCore({}, t);
  const missing = ["#a: cannot delete messages (power 0, needs 50)", "#b: cannot set the topic"];
  const backend = await startTestBackend(
    { url: core.url, token: await core.token(undefined, "camp"), type: "camp" },
    { metadata: () => ({ missing_permissions: missing.join("; ") }) },
  );
  t.after(() => backend.close());
  backend.channels.joined({ id: "room" });
  await backend.ready();
  const token = await core.token(["plugin", "admin"], "operator");
  const env = { SEABIRD_HOST: core.url, SEABIRD_TOKEN: token };
  const doctor = () => runCli(["doctor"], { cwd: tmpdir(), env });

  const { out, code } = await doctor();
  for (const line of missing) {
    assert.ok(out.includes(`! backend camp://net: ${line}\n    Next: if a plugin needs it`), out);
  }
  assert.equal(code, 0, "a missing permission is no problem in itself");
  for (let i = 0; i < 20; i++) missing.push(`#c${i}: cannot ban`);
  const { out: long } = await doctor();
  assert.match(long, /! backend camp:\/\/net: 2 more permissions are missing/);
  assert.doesNotMatch(long, /#c18/);
});

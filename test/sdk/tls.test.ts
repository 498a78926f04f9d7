/** The SDK over TLS: with the right authority it works, without it the reason is said. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { connectActions, connectPlugin, SeabirdError } from "@seabird-chat/sdk";
import { startCore } from "../support/core.ts";
import { needPrograms } from "../support/servers.ts";
import { startTestBackend } from "../support/test-backend.ts";

async function makeCertificate(openssl: string, t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), "seabird-tls-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const files = ["-keyout", key, "-out", cert, "-days", "2"];
  await promisify(execFile)(openssl, ["req", "-x509", ...kind, ...subject, ...files]);
  return { cert: await readFile(cert, "utf8"), key: await readFile(key, "utf8") };
}

test("plugin and backend talk to a core with a certificate", async (t) => {
  const programs = needPrograms(t, "openssl");
  if (programs === undefined) return;
  const tls = await makeCertificate(programs.openssl, t);
  const core = await startCore({ tls }, t);
  assert.match(core.url, /^https:/);
  const options = { url: core.url, token: await core.token(), ca: tls.cert };
  const plugin = connectPlugin(options);
  const backend = await startTestBackend(options, { send: () => undefined });
  t.after(() => Promise.all([plugin.close(), backend.close()]));
  await Promise.all([plugin.ready(), backend.ready()]);
  await plugin.sendMessage("test://net/x", "hi");
  const { ca: _ca, ...untrusting } = options;
  const stranger = connectActions(untrusting);
  t.after(() => stranger.close());
  await assert.rejects(
    stranger.listBackends(),
    (reason) =>
      reason instanceof SeabirdError &&
      reason.code === "unavailable" &&
      /certificate/.test(reason.message),
  );
  const plain = connectActions({ ...untrusting, url: core.url.replace("https:", "http:") });
  t.after(() => plain.close());
  await assert.rejects(
    plain.listBackends(),
    (reason) => reason instanceof SeabirdError && reason.code === "unavailable",
  );
  const lost = connectPlugin({ ...untrusting, url: core.url.replace("https:", "http:") });
  for await (const state of lost.states()) {
    if (state.state !== "waiting") continue;
    assert.match(state.error.message, /not core, or it wants https/);
    await lost.close();
  }
});

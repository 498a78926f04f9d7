/** TLS to real IRC servers: `ircs` checks the certificate, `ircs+unsafe` takes any. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { connectTo } from "../support/irc-connection-stage.ts";
import { makeCertificate, startInspircd, startNgircd } from "../support/irc-servers.ts";
import {
  IRC_SERVER_KINDS,
  type IrcServerKind,
  type StageOptions,
  startIrcStage,
} from "../support/irc-stage.ts";
import { waitFor } from "../support/irc-wait.ts";
import { needPrograms } from "../support/servers.ts";

async function startTlsStage(
  t: TestContext,
  kind: IrcServerKind,
  scheme: "ircs" | "ircs+unsafe",
  trusted: boolean,
) {
  const programs = needPrograms(t, "openssl");
  if (programs === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "seabird-cert-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const certificate = await makeCertificate(programs.openssl, folder);
  const env: Record<string, string> = trusted ? { NODE_EXTRA_CA_CERTS: certificate.certFile } : {};
  const options: StageOptions = { scheme, env, server: { certificate } };
  return startIrcStage(t, kind, options);
}

for (const kind of IRC_SERVER_KINDS) {
  test(`${kind}: the other scheme at a port is named within seconds`, async (t) => {
    const programs = needPrograms(t, kind, "openssl");
    if (programs === undefined) return;
    const folder = await mkdtemp(join(tmpdir(), "seabird-cert-"));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const certificate = await makeCertificate(programs.openssl, folder);
    const start = kind === "inspircd" ? startInspircd : startNgircd;
    const server = await start(programs[kind], { certificate });
    t.after(() => server.close());
    for (const [port, tls, text, right] of [
      [server.port, true, "does not speak TLS; give", `irc://127.0.0.1:${server.port}`],
      [server.tlsPort, false, "speaks TLS; give", `ircs://127.0.0.1:${server.tlsPort}`],
    ] as const) {
      const startedAt = performance.now();
      const { reason, suggestion } = await connectTo(t, { port, tls }).status("lost");
      assert.equal(reason, `127.0.0.1:${port} ${text} ${right}`);
      assert.equal(suggestion, right);
      assert.ok(performance.now() - startedAt < 10_000);
    }
  });
}

for (const kind of IRC_SERVER_KINDS) {
  suite(kind, () => {
    test("a trusted certificate", async (t) => {
      const stage = await startTlsStage(t, kind, "ircs", true);
      if (stage === undefined) return;
      await stage.backend.ready();
      await stage.plugins("ping");
      await stage.alice.types("#test", "!ping");
      await stage.alice.sees("#test", "<seabird> .*pong");
    });

    test("a certificate that nobody vouches for is refused by ircs", async (t) => {
      const stage = await startTlsStage(t, kind, "ircs", false);
      if (stage === undefined) return;
      await waitFor(
        () => `a refusal; the log has ${stage.backend.log()}`,
        () => /self-signed certificate/.test(stage.backend.log()),
      );
      const lines = await stage.alice.lines("#test");
      assert.ok(!lines.some((line) => line.includes("seabird")));
    });

    test("and taken by ircs+unsafe", async (t) => {
      const stage = await startTlsStage(t, kind, "ircs+unsafe", false);
      if (stage === undefined) return;
      await stage.backend.ready();
      await stage.alice.sees("#test", "seabird.* has joined");
    });
  });
}

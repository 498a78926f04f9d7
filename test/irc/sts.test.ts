/** Strict transport security (STS) on a real network: secrets are never sent unencrypted. */
import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { suite, test } from "node:test";
import { connectTo } from "../support/irc-connection-stage.ts";
import { startIrcNetwork } from "../support/irc-network.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

suite("STS", () => {
  test("goes over to TLS before a word, remembers it, and never falls back", async (t) => {
    const network = await startIrcNetwork(t, { stsDurationS: 3_600, services: false });
    if (network === undefined) return;
    const plain = await TcpProxy.start(network.server.port, t);
    plain.records = true;
    const stsFile = join(network.folder, "sts.json");
    const options = {
      // The certificate and the policy are the name's.
      host: "localhost",
      port: plain.port,
      password: "opensesame",
      tlsFiles: { ca: network.ca },
      stsFile,
    };

    const first = connectTo(t, options);
    assert.equal((await first.status("upgrading")).port, network.server.tlsPort);
    await first.status("welcomed");
    assert.equal(plain.recorded, "CAP LS 302\r\n");
    const { hosts } = JSON.parse(await readFile(stsFile, "utf8"));
    assert.equal(hosts.localhost.port, network.server.tlsPort);
    assert.equal((await stat(stsFile)).mode & 0o777, 0o600);
    await first.connection.close();

    // After a restart the plain port is not even dialled.
    plain.recorded = "";
    const second = connectTo(t, options);
    await second.status("welcomed");
    assert.ok(second.statuses.every((each) => each.status !== "upgrading"));
    assert.equal(plain.recorded, "");
    await second.connection.close();

    // Nor when TLS fails: a certificate that nobody vouches for.
    const distrustful = connectTo(t, { ...options, tlsFiles: {} });
    for (const number of [1, 2, 3]) {
      assert.match((await distrustful.status("lost", number)).reason, /self-signed certificate/);
    }
    assert.equal(plain.recorded, "");
    assert.ok(distrustful.statuses.every((each) => each.status !== "connecting" || each.tls));
    await distrustful.connection.close();

    // Without a policy yet, a failing TLS leaves the clear connection as silent as before.
    const fresh = connectTo(t, { ...options, tlsFiles: {}, stsFile: undefined });
    await fresh.status("lost", 2);
    assert.match(plain.recorded, /^(CAP LS 302\r\n)+$/);
    assert.ok(!fresh.lines.some((line) => /^> (PASS|NICK|USER)/.test(line)));
  });
});

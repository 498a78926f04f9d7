/** Logging in to an account of a real network while connecting: SASL with atheme's services. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite, test } from "node:test";
import { connectActions } from "@seabird-chat/sdk";
import { startCore } from "../support/core.ts";
import { connectTo } from "../support/irc-connection-stage.ts";
import { startIrcNetwork } from "../support/irc-network.ts";
import { startNgircd } from "../support/irc-servers.ts";
import { onIrc, startProgram } from "../support/irc-stage.ts";
import { needPrograms } from "../support/servers.ts";

const PLAIN = { mechanism: "PLAIN", account: "bird", password: "wings12" } as const;

suite("SASL", () => {
  test("PLAIN and EXTERNAL, a wrong password, and one that is not required", async (t) => {
    const network = await startIrcNetwork(t);
    if (network === undefined) return;
    const certificate = await network.clientCertificate("bird");
    await network.register("bird", "wings12", certificate.fingerprint);
    const { tlsPort } = network.server;
    const tls = { port: tlsPort, tls: true };

    await t.test("PLAIN, over TLS, with every capability that we use", async (t) => {
      const stage = connectTo(t, { ...tls, tlsFiles: { ca: network.ca }, sasl: PLAIN });
      assert.equal((await stage.status("logged_in")).account, "bird");
      assert.equal((await stage.status("welcomed")).nick, "bird");
      const { session } = stage.connection;
      assert.equal(session?.account, "bird");
      const wanted = ["message-tags", "server-time", "account-tag", "echo-message", "batch"];
      wanted.push("labeled-response", "chghost", "account-notify", "extended-join", "sasl");
      for (const name of wanted) assert.ok(session?.caps.has(name), `${name} is off`);
      assert.ok(stage.lines.includes("> CAP REQ :sasl"));
      assert.doesNotMatch(stage.lines.join("\n"), /wings12|YmlyZA/);
      const order = stage.lines.filter((line) =>
        /^> (CAP (LS|END)|NICK|AUTHENTICATE P)/.test(line),
      );
      assert.deepEqual(order, ["> CAP LS 302", "> NICK bird", "> AUTHENTICATE PLAIN", "> CAP END"]);
      await stage.connection.close();
    });

    await t.test("EXTERNAL, by our certificate", async (t) => {
      const stage = connectTo(t, {
        ...tls,
        tlsFiles: { ca: network.ca, cert: certificate.cert, key: certificate.key },
        sasl: { mechanism: "EXTERNAL", account: "" },
      });
      assert.equal((await stage.status("logged_in")).account, "bird");
      await stage.status("welcomed");
      await stage.connection.close();
    });

    await t.test("a wrong password: not connected, the server's words, and no hurry", async (t) => {
      const sasl = { ...PLAIN, password: "wrong-one" };
      const stage = connectTo(t, { ...tls, tlsFiles: { ca: network.ca }, sasl });
      const lost = await stage.status("lost");
      assert.match(lost.reason, /^login refused: .*fail.* \(904\)/i);
      assert.ok(lost.retryInMs >= 30_000, `tried again after ${lost.retryInMs} ms`);
      assert.ok(!stage.statuses.some(({ status }) => status === "welcomed"));
      assert.ok(!stage.lines.some((line) => line.startsWith("> CAP END")));
      assert.doesNotMatch(stage.lines.join("\n"), /wrong-one/);
    });

    await t.test("a certificate that nobody knows: not connected", async (t) => {
      const other = await network.clientCertificate("stranger");
      const stage = connectTo(t, {
        ...tls,
        tlsFiles: { ca: network.ca, cert: other.cert, key: other.key },
        sasl: { mechanism: "EXTERNAL", account: "bird" },
      });
      assert.match((await stage.status("lost")).reason, /^login refused: .* \(904\)/);
    });

    await t.test("a certificate that is none: given up, with the setting named", async (t) => {
      const stage = connectTo(t, {
        ...tls,
        tlsFiles: { ca: network.ca, cert: "nothing", key: "at all" },
        sasl: { mechanism: "EXTERNAL", account: "bird" },
      });
      const { reason, setting } = await stage.status("failed");
      assert.match(reason, /PEM|no start line/i);
      assert.match(setting, /^tls/);
    });

    await t.test("a wrong password that is not required: connected, and told", async (t) => {
      const sasl = { ...PLAIN, password: "wrong-one", required: false };
      const stage = connectTo(t, { ...tls, tlsFiles: { ca: network.ca }, sasl, nick: "bird2" });
      assert.match((await stage.status("login_failed")).reason, /\(904\)/);
      await stage.status("welcomed");
      assert.equal(stage.connection.session?.account, undefined);
    });

    await t.test("services away: not connected until they are back", async (t) => {
      await network.stopServices();
      const stage = connectTo(t, { ...tls, tlsFiles: { ca: network.ca }, sasl: PLAIN });
      const carefree = connectTo(t, {
        ...tls,
        tlsFiles: { ca: network.ca },
        sasl: { ...PLAIN, required: false },
        nick: "bird3",
      });
      const lost = await stage.status("lost");
      assert.match(lost.reason, /offers no login/);
      assert.ok(lost.retryInMs < 1_000);
      assert.ok(!stage.lines.some((line) => /^> (PASS|NICK|USER)/.test(line)));
      assert.match((await carefree.status("login_failed")).reason, /no login/);
      await carefree.status("welcomed");
      await network.startServices();
      await stage.status("welcomed");
    });
  });

  test("by the program's own settings: certificate, login, and what a plugin says", async (t) => {
    const network = await startIrcNetwork(t);
    if (network === undefined) return;
    await network.register("bird", "wings12");
    const alice = await network.raw("alice");
    alice.say("JOIN #test");
    await alice.hears(/ 366 /);
    const core = await startCore({}, t);
    const passwordFile = join(network.folder, "password");
    await writeFile(passwordFile, "wings12\n");
    const backend = startProgram(t, "backends/irc/bin/seabird-backend-irc.js", [], {
      SEABIRD_HOST: core.url,
      SEABIRD_TOKEN: await core.token(["backend:irc/seabird"], "irc"),
      IRC_HOST: `ircs://127.0.0.1:${network.server.tlsPort}`,
      IRC_NICK: "bird",
      IRC_CHANNELS: "#test",
      IRC_SASL_ACCOUNT: "bird",
      IRC_SASL_PASS_FILE: passwordFile,
      IRC_TLS_CA_FILE: network.certFile,
      LOG_LEVEL: "debug",
    });
    await backend.ready();
    alice.say("WHOIS bird");
    await alice.hears(/ 330 alice bird bird :is logged in as/);
    const actions = connectActions({ url: core.url, token: await core.token(["plugin"], "a") });
    t.after(() => actions.close());
    await actions.sendMessage(onIrc("#test"), "hello");
    await alice.hears(/^:bird!\S+ PRIVMSG #test :hello$/);
    assert.doesNotMatch(backend.log(), /wings12|YmlyZA/);
  });

  test("a server without capabilities: not connected if it is needed, else as ever", async (t) => {
    const programs = needPrograms(t, "ngircd");
    if (programs === undefined) return;
    const server = await startNgircd(programs.ngircd);
    t.after(() => server.close());
    const needed = connectTo(t, { port: server.port, sasl: PLAIN });
    assert.match((await needed.status("lost")).reason, /no login/);
    assert.ok(!needed.lines.some((line) => /^> (PASS|NICK|USER)/.test(line)));
    const free = connectTo(t, { port: server.port, sasl: { ...PLAIN, required: false } });
    assert.equal((await free.status("welcomed")).nick, "bird");
    assert.deepEqual([...(free.connection.session?.caps ?? [])], []);
  });
});

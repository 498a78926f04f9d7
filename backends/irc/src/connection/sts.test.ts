import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { actOnOffer, endpointUnderPolicy, stsOffer } from "./sts.ts";
import { MAX_STS_POLICIES, StsStore } from "./sts-store.ts";

const clear = { host: "irc.example", port: 6667, tls: false, verifyCertificate: true };
const secure = { ...clear, port: 6697, tls: true };

suite("a server's offer", () => {
  test("is parsed, and nonsense ignored", () => {
    assert.deepEqual(stsOffer("duration=60,port=6697,preload"), { port: 6_697, durationS: 60 });
    for (const value of ["", "port", "port=", "port=0", "port=65536", "port=-1", "port=6e3"]) {
      assert.deepEqual(stsOffer(value), { port: undefined, durationS: undefined }, value);
    }
  });

  test("without TLS names the port, and its duration is ignored", () => {
    const store = new StsStore();
    const there = { host: "irc.example", port: 6_697, tls: true };
    assert.deepEqual(actOnOffer("port=6697,duration=60", clear, store), there);
    assert.deepEqual(endpointUnderPolicy(clear, store), clear);
    assert.equal(actOnOffer("duration=60", clear, store), undefined);
  });

  test("with TLS makes a policy, renews it and ends it", () => {
    let now = 1_000_000;
    const store = new StsStore({ wallMs: () => now });
    assert.equal(actOnOffer("duration=60,port=1", secure, store), undefined);
    assert.deepEqual(endpointUnderPolicy(clear, store), { ...clear, port: 6_697, tls: true });
    assert.deepEqual(endpointUnderPolicy({ ...clear, host: "IRC.Example." }, store).port, 6_697);
    assert.deepEqual(endpointUnderPolicy({ ...clear, host: "other.example" }, store).tls, false);
    now += 59_000;
    store.renew("irc.example");
    now += 59_000;
    assert.ok(endpointUnderPolicy(clear, store).tls);
    now += 1_000;
    assert.ok(!endpointUnderPolicy(clear, store).tls);
    store.renew("irc.example");
    assert.ok(!endpointUnderPolicy(clear, store).tls);
    actOnOffer("duration=60", secure, store);
    actOnOffer("duration=0", secure, store);
    assert.ok(!endpointUnderPolicy(clear, store).tls);
  });

  test("with an unverified certificate makes none; a TLS endpoint stays as it is", () => {
    const store = new StsStore();
    actOnOffer("duration=60", { ...secure, verifyCertificate: false }, store);
    assert.ok(!endpointUnderPolicy(clear, store).tls);
    actOnOffer("duration=60", secure, store);
    const other = { host: "irc.example", port: 7_000, tls: true };
    assert.deepEqual(endpointUnderPolicy(other, store), other);
  });
});

suite("the policy file", () => {
  const place = (t: TestContext) => {
    const folder = mkdtempSync(join(tmpdir(), "seabird-sts-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    return { folder, path: join(folder, "sts.json") };
  };

  test("outlives the process, and is never incomplete", (t) => {
    const { folder, path } = place(t);
    new StsStore({ path }).keep("irc.example", 6_697, 60);
    assert.equal(new StsStore({ path }).portOf("irc.example"), 6_697);
    assert.deepEqual(readdirSync(folder), ["sts.json"]);
    new StsStore({ path }).keep("irc.example", 6_697, 0);
    assert.equal(new StsStore({ path }).portOf("irc.example"), undefined);
  });

  test("that cannot be read or written is reported, and the policy applies", (t) => {
    const { folder, path } = place(t);
    const told: string[] = [];
    const failed = (reason: string) => void told.push(reason);
    for (const content of ["", "{", "[]", '{"hosts":[]}', "x".repeat(100_000)]) {
      writeFileSync(path, content);
      assert.equal(new StsStore({ path, failed }).portOf("a"), undefined);
    }
    assert.equal(told.length, 5);
    const store = new StsStore({ path: join(folder, "no", "such", "folder"), failed });
    store.keep("irc.example", 6_697, 60);
    assert.equal(store.portOf("irc.example"), 6_697);
    assert.match(told.at(-1) ?? "", /^cannot write the transport policies in /);
  });

  test("ignores an invalid policy", (t) => {
    const { path } = place(t);
    const good = { port: 1, durationS: 60, endsAtMs: Date.now() + 60_000 };
    const hosts = { a: good, b: { ...good, port: 99_999 }, c: null, __proto__x: 1, d: { port: 1 } };
    writeFileSync(path, JSON.stringify({ version: 1, hosts }));
    const store = new StsStore({ path });
    assert.deepEqual(
      ["a", "b", "c", "d"].map((host) => store.portOf(host)),
      [1, undefined, undefined, undefined],
    );
  });

  test("holds a bounded number; those that expire first are removed", (t) => {
    const { path } = place(t);
    const store = new StsStore({ path, wallMs: () => 1 });
    for (let at = 0; at <= MAX_STS_POLICIES; at++) store.keep(`h${at}`, 1, 1_000 - at);
    assert.equal(store.portOf(`h${MAX_STS_POLICIES}`), undefined);
    assert.equal(store.portOf("h0"), 1);
    const { hosts } = JSON.parse(readFileSync(path, "utf8"));
    assert.equal(Object.keys(hosts).length, MAX_STS_POLICIES);
  });
});

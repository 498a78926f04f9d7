/** Where a server is: what users write, and what domains say. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { endpointsOf, isLoopback, parseService } from "./endpoints.ts";

test("addresses of servers are read, and all else is none", () => {
  const right = {
    "xmpp.example.org": ["xmpp.example.org", 5222, false],
    "xmpp://xmpp.example.org": ["xmpp.example.org", 5222, false],
    "xmpp://xmpp.example.org:80/": ["xmpp.example.org", 80, false],
    "xmpps://xmpp.example.org": ["xmpp.example.org", 5223, true],
    "xmpps://[::1]:443": ["::1", 443, true],
  } as const;
  for (const [given, [host, port, isDirectTls]] of Object.entries(right)) {
    assert.deepEqual(parseService(given), { host, port, isDirectTls }, given);
  }
  const wrong = [
    "",
    "https://a",
    "xmpp://",
    "xmpp://a:0",
    "xmpp://a:65536",
    "xmpp://u@a",
    "a b",
    "xmpp://a/b",
  ];
  for (const given of wrong) assert.equal(parseService(given), undefined, given);
});

test("a domain's records count by priority and weight; without any it is tried itself", async () => {
  const record = (name: string, priority: number, weight: number, port = 5222) => ({
    name,
    priority,
    weight,
    port,
  });
  const records: Record<string, ReturnType<typeof record>[]> = {
    "_xmpp-client._tcp.example.org": [
      record("late", 20, 0),
      record("light", 10, 1),
      record("heavy", 10, 9),
    ],
    "_xmpps-client._tcp.example.org": [record("tls", 5, 0, 443)],
    "_xmpp-client._tcp.none.example": [record(".", 0, 0)],
  };
  const resolve = async (name: string) => {
    const found = records[name];
    if (found === undefined) throw new Error("ENOTFOUND");
    return found;
  };
  const hosts = async (domain: string) =>
    (await endpointsOf(domain, resolve)).map(({ host }) => host);
  assert.deepEqual(await hosts("example.org"), ["tls", "heavy", "light", "late"]);
  assert.deepEqual((await endpointsOf("example.org", resolve))[0], {
    host: "tls",
    port: 443,
    isDirectTls: true,
  });
  const itself = [{ host: "none.example", port: 5222, isDirectTls: false }];
  assert.deepEqual(await endpointsOf("none.example", resolve), itself);
  assert.deepEqual(await hosts("unknown.example"), ["unknown.example"]);
});

test("only this machine itself is the loopback", () => {
  for (const host of ["localhost", "127.0.0.1", "127.8.9.1", "::1"])
    assert.ok(isLoopback(host), host);
  for (const host of [
    "127.1",
    "127.0.0.1.example.org",
    "10.0.0.1",
    "localhost.example.org",
    "0.0.0.0",
  ]) {
    assert.ok(!isLoopback(host), host);
  }
});

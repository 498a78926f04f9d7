import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSubnet, TrustedProxies } from "./trusted-proxies.ts";

const proxies = new TrustedProxies(["10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "::1"]);
const PROXY = "10.0.0.1";

test("addresses and subnets are read, and nothing else", () => {
  for (const text of ["127.0.0.1", "10.0.0.0/8", "0.0.0.0/0", "::1", "2001:db8::/32", "::/0"]) {
    assert.ok(parseSubnet(text) !== undefined, text);
  }
  for (const text of ["", "localhost", "10.0.0.0/33", "10.0.0/8", "::1/129", "10.0.0.1/", "*"]) {
    assert.equal(parseSubnet(text), undefined, text);
  }
});

test("a proxy is known by its address", () => {
  for (const address of ["10.255.0.1", "192.0.2.7", "::ffff:10.1.1.1", "2001:db8:1::5", "::1"]) {
    assert.equal(proxies.has(address), true, address);
  }
  for (const address of ["11.0.0.1", "192.0.2.8", "2001:db9::1", "unknown", ""]) {
    assert.equal(proxies.has(address), false, address);
  }
  assert.equal(new TrustedProxies([]).has("127.0.0.1"), false);
});

const ROWS: readonly (readonly [headers: Readonly<Record<string, string>>, client: string])[] = [
  [{}, PROXY],
  [{ "x-forwarded-for": "203.0.113.5" }, "203.0.113.5"],
  [{ "x-forwarded-for": "1.1.1.1, 203.0.113.5" }, "203.0.113.5"],
  [{ "x-forwarded-for": "1.1.1.1,203.0.113.5 , 10.0.0.2,192.0.2.7" }, "203.0.113.5"],
  [{ "x-forwarded-for": "10.0.0.9, 10.0.0.2" }, "10.0.0.9"],
  [{ "x-forwarded-for": "203.0.113.5:4711" }, "203.0.113.5"],
  [{ "x-forwarded-for": "2001:db9::1" }, "2001:db9::1"],
  [{ "x-forwarded-for": "[2001:db9::1]:4711" }, "2001:db9::1"],
  [{ "x-forwarded-for": "1.1.1.1, nonsense" }, PROXY],
  [{ "x-forwarded-for": "1.1.1.1, nonsense, 10.0.0.2" }, "10.0.0.2"],
  [{ "x-forwarded-for": "" }, PROXY],
  [{ "x-forwarded-for": ",,," }, PROXY],
  [{ "x-forwarded-for": "1.1.1.1," }, PROXY],
  [{ forwarded: "for=203.0.113.5;proto=https;by=10.0.0.1" }, "203.0.113.5"],
  [{ forwarded: 'for=1.1.1.1, proto=https; For="[2001:db9::17]:4711"' }, "2001:db9::17"],
  [{ forwarded: "for=203.0.113.5, for=10.0.0.2" }, "203.0.113.5"],
  [{ forwarded: "for=203.0.113.5, for=unknown" }, PROXY],
  [{ forwarded: "for=_hidden" }, PROXY],
  [{ forwarded: "proto=https" }, PROXY],
  [{ forwarded: "for=203.0.113.5", "x-forwarded-for": "203.0.113.5" }, "203.0.113.5"],
  [{ forwarded: "for=1.1.1.1", "x-forwarded-for": "203.0.113.5" }, PROXY],
];

for (const [headers, client] of ROWS) {
  test(`${JSON.stringify(headers)} is a request of ${client}`, () => {
    assert.equal(proxies.clientOf(PROXY, headers), client);
  });
}

test("only so many proxies are followed", () => {
  const list = `203.0.113.5${", 10.0.0.2".repeat(10_000)}`;
  assert.equal(proxies.clientOf(PROXY, { "x-forwarded-for": list }), "10.0.0.2");
});

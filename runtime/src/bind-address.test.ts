import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAddress, isLoopback, parseBindAddress } from "./bind-address.ts";

test("addresses to listen on are read and written, and nothing else is read", () => {
  const rows: readonly (readonly [text: string, host: string, port: number, again?: string])[] = [
    ["127.0.0.1:11235", "127.0.0.1", 11235],
    ["localhost:0", "localhost", 0],
    ["[::1]:1", "::1", 1],
    ["[fe80::1%eth0]:65535", "fe80::1%eth0", 65535],
    [":8080", "0.0.0.0", 8080, "0.0.0.0:8080"],
  ];
  for (const [text, host, port, again = text] of rows) {
    assert.deepEqual(parseBindAddress(text), { host, port }, text);
    assert.equal(formatAddress({ host, port }), again);
  }
  for (const text of ["", "a", "a:", "a:65536", "a:-1", "::1:1", "[a]x:1", "http://a:1", "a b:1"]) {
    assert.equal(parseBindAddress(text), undefined, text);
  }
});

test("loopback is what can only mean this machine", () => {
  for (const host of [
    "localhost",
    "LocalHost",
    "127.0.0.1",
    "127.255.0.9",
    "::1",
    "[::1]",
    "0:0:0:0:0:0:0:1",
    "::ffff:127.0.0.1",
    "[::ffff:7f00:1]",
  ]) {
    assert.equal(isLoopback(host), true, host);
  }
  for (const host of [
    "",
    "0.0.0.0",
    "::",
    "127.0.0.1.example.org",
    "127.example.org",
    "localhost.example.org",
    "128.0.0.1",
    "::ffff:10.0.0.1",
    "[::1",
  ]) {
    assert.equal(isLoopback(host), false, host);
  }
});

import assert from "node:assert/strict";
import { hostname } from "node:os";
import { test } from "node:test";
import { HostCheck } from "./host-check.ts";

const check = new HostCheck("127.0.0.1", ["Chat.Example"]);

for (const host of [
  undefined,
  "localhost",
  "LOCALHOST:11235",
  "localhost.",
  "localhost.:80",
  "a.b.localhost:5173",
  "127.0.0.1",
  "127.0.0.1:11235",
  "127.8.9.1:1",
  "[::1]",
  "[::1]:11235",
  "[::ffff:127.0.0.1]:1",
  hostname(),
  `${hostname().toUpperCase()}:11235`,
  "chat.example",
  "CHAT.example:443",
]) {
  test(`on a loopback address the host "${host}" is answered`, () => {
    assert.equal(check.allows(host), true);
    assert.equal(check.allows(host), true);
  });
}

for (const host of [
  "",
  ":80",
  "evil.example",
  "evil.example:11235",
  "localhost.evil.example",
  "notlocalhost",
  "127.0.0.1.evil.example",
  "127.0.0.1@evil.example",
  "localhost@evil.example",
  "localhost:80@evil.example",
  "localhost, evil.example",
  "10.0.0.1",
  "0.0.0.0",
  "[::]",
  "[fe80::1]",
  "[::1",
  "chat.example.evil.example",
  "x.chat.example",
  ".localhost..",
  `${"a".repeat(10_000)}.example`,
]) {
  test(`on a loopback address the host "${host.slice(0, 40)}" is refused`, () => {
    assert.equal(check.allows(host), false);
  });
}

test("on another address every name is answered", () => {
  for (const address of ["0.0.0.0", "::", "192.0.2.1", "chat.example"]) {
    assert.equal(new HostCheck(address, []).allows("evil.example"), true);
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProjectConfig } from "../config/project.ts";
import { CoreAddress, parseBind } from "./core-address.ts";

test("an address that cannot be written down is said, and used all the same", () => {
  const core = {
    kind: "own",
    listen: "127.0.0.1:0",
    logLevel: "info",
    settings: {},
    env: {},
  } as const;
  const warnings: string[] = [];
  const project = { core, origins: [] } as unknown as ProjectConfig;
  const address = new CoreAddress(project, "/dev/null/x", (text) => warnings.push(text));
  assert.equal(address.listening("http://127.0.0.1:4711"), true);
  assert.equal(address.url, "http://127.0.0.1:4711");
  assert.equal(address.bind, "127.0.0.1:4711");
  assert.match(warnings.join(), /^cannot write \/dev\/null\/x\/up\.json/);
  address.forget();
});

test("addresses to listen on", () => {
  assert.deepEqual(parseBind("[::1]:80", "--bind"), { host: "::1", port: 80 });
  assert.deepEqual(parseBind(":80", "--bind"), { host: "0.0.0.0", port: 80 });
  for (const wrong of ["", "host", "host:", "host:65536", "::1:80", "a b:1"]) {
    assert.throws(() => parseBind(wrong, "--bind"), /no address to listen on/, wrong);
  }
});

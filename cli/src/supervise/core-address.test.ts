import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProjectConfig } from "../config/project.ts";
import { CoreAddress } from "./core-address.ts";

test("an address that cannot be written down is said, and used all the same", () => {
  const core = {
    kind: "own",
    listen: "127.0.0.1:0",
    logLevel: "info",
    settings: {},
    env: {},
  } as const;
  const warnings: string[] = [];
  const project = { core } as unknown as ProjectConfig;
  const address = new CoreAddress(project, "/dev/null/x", (text) => warnings.push(text));
  assert.equal(address.listening("http://127.0.0.1:4711"), true);
  assert.equal(address.url, "http://127.0.0.1:4711");
  assert.equal(address.bind, "127.0.0.1:4711");
  assert.match(warnings.join(), /^cannot write \/dev\/null\/x\/up\.json/);
  address.forget();
});

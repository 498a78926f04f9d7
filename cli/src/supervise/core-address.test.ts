import assert from "node:assert/strict";
import { test } from "node:test";
import type { House } from "../config/house.ts";
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
  const house = { core } as unknown as House;
  const address = new CoreAddress(house, "/dev/null/x", (text) => warnings.push(text));
  assert.equal(address.listening("http://127.0.0.1:4711"), true);
  assert.equal(address.url, "http://127.0.0.1:4711");
  assert.equal(address.bind, "127.0.0.1:4711");
  assert.match(warnings.join(), /^cannot write \/dev\/null\/x\/up\.json/);
  address.forget();
});

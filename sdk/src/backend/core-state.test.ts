/** What core is told about the backend as a whole: changes only, and again in a new session. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { CapabilitiesSchema, Support } from "@seabird-chat/protocol";
import type { ChatEventBody } from "./channels.ts";
import { CoreState } from "./core-state.ts";

const capabilities = (...names: string[]) =>
  create(CapabilitiesSchema, {
    features: Object.fromEntries(names.map((name) => [name, Support.FULL])),
  });

const network = (isConnected: boolean, reason: string) => ({
  case: "networkState",
  value: { isConnected, reason },
});

test("what does not change is silent", () => {
  const announced: ChatEventBody[] = [];
  const state = new CoreState((body) => announced.push(body));
  state.networkBack();
  state.setCapabilities(capabilities());
  assert.deepEqual(announced, []);
  state.networkLost("reset");
  state.networkLost("reset");
  state.networkLost("refused");
  state.networkBack();
  state.networkBack();
  state.setCapabilities(capabilities("edit"));
  state.setCapabilities(capabilities("edit"));
  assert.deepEqual(announced, [
    network(false, "reset"),
    network(false, "refused"),
    network(true, ""),
    { case: "capabilities", value: capabilities("edit") },
  ]);
});

test("a new session hears of a lost network, and of what changed since its Hello", () => {
  const state = new CoreState(() => undefined);
  const hello = state.capabilities;
  assert.deepEqual(state.since(hello), []);
  state.networkLost(`\ud83d${"x".repeat(400)}`);
  state.setCapabilities(capabilities("edit"));
  assert.deepEqual(state.since(hello), [
    { case: "capabilities", value: capabilities("edit") },
    network(false, `\ufffd${"x".repeat(299)}`),
  ]);
  assert.equal(state.since(state.capabilities).length, 1);
  state.networkBack();
  assert.deepEqual(state.since(state.capabilities), []);
});

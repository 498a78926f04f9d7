/** What `doctor` says of components without a problem. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ComponentStatus } from "../supervise/control-protocol.ts";
import { bridgeProblems } from "./check-bridge.ts";
import { readyText } from "./check-run.ts";

test("only what is ready is called ready, and what is not to run here does not count", () => {
  const rows: readonly (readonly [states: readonly ComponentStatus["state"][], text: string])[] = [
    [["ready", "ready"], "all 2 are ready"],
    [["remote", "ready", "off"], "all 1 are ready"],
    [["ready", "ready", "starting"], "2 of 3 are ready, the others wait for their networks"],
  ];
  for (const [states, text] of rows) {
    assert.equal(readyText(states.map((state) => ({ state }))), text);
  }
});

test("of a bridge what fails is told once for each channel, else that all is well", () => {
  const counts = { delivered: 1, refused: 0, dropped: 0, unknown: 0, failures: 0, waiting: 0 };
  const link = { isPaused: false, crossed: 1, heldBack: 0, from: [] };
  const away = { ...counts, channel: "irc://a/%23b", waiting: 7, failure: "not connected" };
  const well = { ...counts, channel: "irc://a/%23c" };
  const links = [
    { ...link, name: "tea", to: [away, well] },
    { ...link, name: "milk", to: [away], isPaused: true },
  ];
  const texts = (status: Parameters<typeof bridgeProblems>[0]) =>
    bridgeProblems(status).map(({ state, about, text }) => `${state} ${about}: ${text}`);
  assert.deepEqual(texts({ links, more: 0 }), [
    "warning bridge milk: is paused",
    "warning bridge: cannot deliver to irc://a/%23b: not connected; 7 waiting",
  ]);
  const fine = [{ ...link, name: "tea", to: [well] }];
  assert.deepEqual(texts({ links: fine, more: 2 }), ["good bridge: 3 links, all deliver"]);
  const [unknown] = bridgeProblems({ links: fine, more: 0 }, ["irc://a/%23d"]);
  assert.equal(unknown?.text, "core knows no channel irc://a/%23d");
  const channels = Array.from({ length: 25 }, (_, n) => ({ ...away, channel: `irc://a/${n}` }));
  const many = texts({ links: [{ ...link, name: "tea", to: channels }], more: 0 });
  assert.deepEqual(
    [many.length, many.at(-1)],
    [21, "warning bridge: cannot deliver to 5 more channels"],
  );
});

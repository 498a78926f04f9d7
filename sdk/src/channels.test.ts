/** The channels a backend announces. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Channels } from "./channels.ts";

test("a channel has its id for a name until it is given one", () => {
  const channels = new Channels(2);
  channels.set({ id: "#a" });
  channels.set({ id: "#b", displayName: "B", topic: "t" });
  channels.set({ id: "#a", topic: "new" });
  assert.deepEqual(channels.all(), [
    { id: "#a", displayName: "#a", topic: "new" },
    { id: "#b", displayName: "B", topic: "t" },
  ]);
  assert.throws(() => channels.set({ id: "#c" }), /more than 2 channels/);
  assert.throws(() => channels.set({ id: "" }), /needs an id/);
  channels.remove("#a");
  channels.remove("#a");
  channels.set({ id: "#c" });
  assert.equal(channels.get("#a"), undefined);
});

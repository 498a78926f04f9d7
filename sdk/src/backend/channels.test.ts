/** The channels a backend announces. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Channels } from "./channels.ts";

function createChannels(maxCharacters: number): Channels {
  return new Channels({ maxChannels: 2, maxCharacters, announce: () => undefined });
}

test("a channel has its id for a name until it is given one", () => {
  const channels = createChannels(10);
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

test("long names and topics are cut, so that announcing them cannot end the stream", () => {
  const channels = createChannels(3);
  const set = channels.set({ id: "abc", displayName: "ab\u{1f600}", topic: "abcd" });
  assert.deepEqual(set, { id: "abc", displayName: "ab", topic: "abc" });
  assert.throws(() => channels.set({ id: "abcd" }), /1 to 3 characters/);
});

test("a change keeps what it does not name, and makes no channel", () => {
  const channels = createChannels(10);
  assert.equal(channels.change({ id: "#a", topic: "t" }), undefined);
  channels.set({ id: "#a", displayName: "A", topic: "t" });
  assert.deepEqual(channels.change({ id: "#a", topic: "" }), {
    id: "#a",
    displayName: "A",
    topic: "",
  });
  assert.equal(channels.change({ id: "#a", displayName: "B" })?.topic, "");
});

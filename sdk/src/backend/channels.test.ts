/** The channels a backend announces. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Channels, type ChannelsDeps } from "./channels.ts";

const NO_THREAD = { parentId: "", isPrivate: false, rootMessageId: "" };

function createChannels(
  maxCharacters: number,
  announce: ChannelsDeps["announce"] = () => undefined,
): Channels {
  return new Channels({ maxChannels: 2, maxCharacters, announce });
}

test("a channel has its id for a name until it is given one", () => {
  const channels = createChannels(10);
  channels.set({ id: "#a" });
  channels.set({ id: "#b", displayName: "B", topic: "t" });
  channels.set({ id: "#a", topic: "new" });
  assert.deepEqual(channels.all(), [
    { id: "#a", displayName: "#a", topic: "new", ...NO_THREAD },
    { id: "#b", displayName: "B", topic: "t", ...NO_THREAD },
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
  assert.deepEqual(set, { id: "abc", displayName: "ab", topic: "abc", ...NO_THREAD });
  assert.throws(() => channels.set({ id: "abcd" }), /1 to 3 characters/);
  assert.throws(() => channels.set({ id: "abc", parentId: "abcd" }), /parentId has 4 characters/);
  const rootMessageId = "é".repeat(257);
  assert.throws(() => channels.set({ id: "abc", rootMessageId }), /rootMessageId has 514 bytes/);
});

test("a change keeps what it does not name, and makes no channel", () => {
  const channels = createChannels(10);
  assert.equal(channels.change({ id: "#a", topic: "t" }), undefined);
  channels.set({ id: "#a", displayName: "A", topic: "t" });
  assert.deepEqual(channels.change({ id: "#a", topic: "" }), {
    id: "#a",
    displayName: "A",
    topic: "",
    ...NO_THREAD,
  });
  assert.equal(channels.change({ id: "#a", displayName: "B" })?.topic, "");
});

test("where a thread belongs and whether it is private is kept, sent, and changed", () => {
  const sent: unknown[] = [];
  const channels = createChannels(10, (body) => sent.push(body));
  channels.joined({ id: "t", parentId: "#a", isPrivate: true, rootMessageId: "7" });
  channels.changed({ id: "t", topic: "news" });
  channels.changed({ id: "t", isPrivate: false, rootMessageId: "" });
  const base = { channelId: "t", displayName: "t", topic: "", parentId: "#a" };
  assert.deepEqual(sent, [
    { case: "joinChannel", value: { ...base, isPrivate: true, rootMessageId: "7" } },
    {
      case: "changeChannel",
      value: { ...base, topic: "news", isPrivate: true, rootMessageId: "7" },
    },
    {
      case: "changeChannel",
      value: { ...base, topic: "news", isPrivate: false, rootMessageId: "" },
    },
  ]);
});

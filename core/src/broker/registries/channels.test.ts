import assert from "node:assert/strict";
import { test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { ListChannelsResponseSchema } from "@seabird-chat/protocol";
import { type BrokerOptions, resolveBrokerOptions } from "../options.ts";
import { Channels } from "./channels.ts";

function channels(options: BrokerOptions = {}): Channels {
  return new Channels({ type: "irc", id: "net" }, resolveBrokerOptions(options));
}

function facts(relativeId: string, displayName = "", topic = "") {
  return { relativeId, displayName, topic };
}

test("joined channels are listed by absolute id, sorted", () => {
  const list = channels();
  assert.equal(list.join(facts("b", "B", "on b")), "tracked");
  assert.equal(list.join(facts("#a", "A")), "tracked");
  const ids = list.sorted().map(({ id }) => id);
  assert.deepEqual(ids, ["irc://net/%23a", "irc://net/b"]);
  assert.equal(list.get("b")?.topic, "on b");
  assert.equal(list.get("%23a"), undefined);
});

test("changing replaces both name and topic, empty ones too; unknown ones stay unknown", () => {
  const list = channels();
  list.join(facts("#c", "C", "topic"));
  assert.equal(list.change(facts("#c")), "tracked");
  assert.deepEqual([list.get("#c")?.displayName, list.get("#c")?.topic], ["", ""]);
  assert.equal(list.change(facts("#d", "D")), "unknown");
  assert.equal(list.size, 1);
});

test("a left channel is gone", () => {
  const list = channels();
  list.join(facts("#c"));
  list.leave("#c");
  list.leave("#c");
  assert.equal(list.size, 0);
});

test("channels are refused beyond their number, joined ones may be joined again", () => {
  const list = channels({ maxChannelsPerBackend: 2 });
  list.join(facts("a"));
  list.join(facts("b"));
  assert.equal(list.join(facts("c")), "too_many_channels");
  assert.equal(list.join(facts("a", "again")), "tracked");
  list.leave("b");
  assert.equal(list.join(facts("c")), "tracked");
});

test("an empty or too long id is refused, long names and topics are cut", () => {
  const list = channels({ maxIdBytes: 4, maxChannelNameBytes: 3, maxTopicBytes: 3 });
  assert.equal(list.join(facts("")), "bad_id");
  assert.equal(list.join(facts("éé")), "tracked");
  assert.equal(list.join(facts("ééx")), "bad_id");
  list.join(facts("c", "éé", "abcd"));
  assert.deepEqual([list.get("c")?.displayName, list.get("c")?.topic], ["é", "abc"]);
});

test("the list never grows beyond what may be sent, and a channel that was left frees its bytes", () => {
  const maxListBytes = 5_000;
  const list = channels({ maxListBytes });
  const topic = "é".repeat(200);
  let count = 0;
  while (list.join(facts(`#${count}`, "name", topic)) === "tracked") count++;
  assert.ok(count > 5);
  assert.equal(list.change(facts("#0", "name", `${topic}${topic}`)), "too_many_channels");
  const response = create(ListChannelsResponseSchema, { channels: list.sorted() });
  const bytes = toBinary(ListChannelsResponseSchema, response).length;
  assert.ok(bytes <= maxListBytes && bytes > maxListBytes * 0.8, `${bytes}`);
  list.leave("#0");
  assert.equal(list.join(facts(`#${count}`, "name", topic)), "tracked");
  list.clear();
  assert.equal(list.join(facts("x", "", "y".repeat(4_900))), "tracked");
});

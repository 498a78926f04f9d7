import assert from "node:assert/strict";
import { test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { ChannelChange, ListChannelsResponseSchema } from "@seabird-chat/protocol";
import { type BrokerOptions, resolveBrokerOptions } from "../options.ts";
import { type ChannelDetails, type ChannelListChange, Channels } from "./channels.ts";

function channels(
  options: BrokerOptions = {},
  onChange?: (change: ChannelListChange) => void,
): Channels {
  return new Channels({ type: "irc", id: "net" }, resolveBrokerOptions(options), onChange);
}

interface More {
  readonly parentId?: string;
  readonly isPrivate?: boolean;
  readonly rootMessageId?: string;
}

function facts(relativeId: string, displayName = "", topic = "", more: More = {}): ChannelDetails {
  const none = { parentId: "", isPrivate: false, rootMessageId: "" };
  return { relativeId, displayName, topic, ...none, ...more };
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

test("a channel keeps its parent's absolute id, its privacy and the message that it hangs on", () => {
  const list = channels();
  list.join(facts("#c"));
  list.join(facts("t", "", "", { parentId: "#c", isPrivate: true, rootMessageId: "m1" }));
  const { parentId, isPrivate, rootMessageId } = list.get("t") ?? {};
  assert.deepEqual([parentId, isPrivate, rootMessageId], ["irc://net/%23c", true, "m1"]);
  assert.equal(list.parentOf("t"), "#c");
  assert.equal(list.get("#c")?.parentId, "", "no parent stays empty");
  list.change(facts("t"));
  const after = list.get("t");
  assert.deepEqual([after?.parentId, after?.isPrivate, after?.rootMessageId], ["", false, ""]);
  list.join(facts("t", "", "", { isPrivate: true }));
  assert.equal(list.get("t")?.isPrivate, true);
  assert.equal(list.parentOf("t"), undefined);
});

test("a parent or message id over its bound is refused, and its bytes count", () => {
  const list = channels({ maxIdBytes: 8, maxListBytes: 2_000 });
  assert.equal(list.join(facts("a", "", "", { parentId: "x".repeat(9) })), "bad_id");
  assert.equal(list.join(facts("a", "", "", { rootMessageId: "x".repeat(513) })), "bad_id");
  let count = 0;
  const more = { parentId: "#".repeat(8), isPrivate: true, rootMessageId: "é".repeat(100) };
  while (list.join(facts(`${count}`, "", "", more)) === "tracked") count++;
  const response = create(ListChannelsResponseSchema, { channels: list.sorted() });
  const bytes = toBinary(ListChannelsResponseSchema, response).length;
  assert.ok(count > 3 && bytes <= 2_000 && bytes > 1_500, `${count} with ${bytes}`);
});

test("a channel is private by itself or by a parent; an unknown one is not", () => {
  const list = channels();
  assert.equal(list.hasPrivate, false);
  list.join(facts("group", "", "", { isPrivate: true }));
  list.join(facts("thread", "", "", { parentId: "group" }));
  list.join(facts("deeper", "", "", { parentId: "thread" }));
  list.join(facts("open"));
  list.join(facts("orphan", "", "", { parentId: "unknown" }));
  const isPrivate = (ids: readonly string[]) => ids.map((id) => list.isPrivate(id));
  const ids = ["group", "thread", "deeper", "open", "orphan", "unknown"];
  assert.equal(list.hasPrivate, true);
  assert.deepEqual(isPrivate(ids), [true, true, true, false, false, false]);
  assert.deepEqual(
    list.sorted(false).map(({ id }) => id),
    ["irc://net/open", "irc://net/orphan"],
  );
  list.change(facts("group"));
  assert.deepEqual([list.hasPrivate, list.isPrivate("thread")], [false, false]);
});

test("a thread stays private when its private parent is left, until it or its parent says more", () => {
  const list = channels();
  list.join(facts("group", "", "", { isPrivate: true }));
  list.join(facts("thread", "", "", { parentId: "group" }));
  list.join(facts("deeper", "", "", { parentId: "thread" }));
  list.leave("group");
  const isPrivate = () => ["thread", "deeper"].map((id) => list.isPrivate(id));
  assert.deepEqual([list.hasPrivate, isPrivate()], [true, [true, true]]);
  list.change(facts("thread", "renamed", "", { parentId: "group" }));
  assert.deepEqual(isPrivate(), [true, true]);
  list.join(facts("group"));
  assert.deepEqual(isPrivate(), [false, false]);
  list.leave("group");
  assert.deepEqual([list.hasPrivate, isPrivate()], [false, [false, false]]);
  list.join(facts("group", "", "", { isPrivate: true }));
  list.leave("group");
  list.leave("thread");
  assert.deepEqual([list.hasPrivate, list.isPrivate("deeper")], [true, true]);
  list.leave("deeper");
  assert.equal(list.hasPrivate, false);
});

/** Which of the channels are private, where the rows are ids, parents and what is private by itself. */
const PARENTS: Record<
  string,
  [rows: [id: string, parentId: string, More?][], isPrivate: string[]]
> = {
  "a circle, while another channel is private": [
    [
      ["group", "", { isPrivate: true }],
      ["a", "b"],
      ["b", "a"],
      ["into", "a"],
    ],
    ["group"],
  ],
  "a channel that is its own parent": [
    [
      ["group", "", { isPrivate: true }],
      ["a", "a"],
    ],
    ["group"],
  ],
  "a circle with a private channel": [
    [
      ["a", "b"],
      ["b", "c", { isPrivate: true }],
      ["c", "a"],
      ["into", "c"],
      ["other", "unknown"],
    ],
    ["a", "b", "c", "into"],
  ],
};

for (const [what, [rows, expected]] of Object.entries(PARENTS)) {
  test(`private or not: ${what}, in whatever order it is joined and asked for`, () => {
    for (let turn = 0; turn < rows.length; turn++) {
      const turned = [...rows.slice(turn), ...rows.slice(0, turn)];
      for (const asked of [turned, turned.toReversed()]) {
        const list = channels();
        for (const [id, parentId, more] of turned)
          list.join(facts(id, "", "", { ...more, parentId }));
        const ids = asked.map(([id]) => id);
        assert.deepEqual(ids.filter((id) => list.isPrivate(id)).sort(), expected);
        assert.deepEqual(ids.filter((id) => list.isPrivate(id)).sort(), expected, "and again");
      }
    }
  });
}

test("a chain of parents is followed to its end, and answers change with it", () => {
  const list = channels();
  list.join(facts("group", "", "", { isPrivate: true }));
  for (let i = 0; i < 9_000; i++) list.join(facts(`${i}`, "", "", { parentId: `${i + 1}` }));
  assert.deepEqual([list.isPrivate("0"), list.isPrivate("8999")], [false, false]);
  list.join(facts("9000", "", "", { parentId: "group" }));
  assert.deepEqual([list.isPrivate("0"), list.sorted(false).length], [true, 0]);
  list.change(facts("4000"));
  assert.deepEqual([list.isPrivate("0"), list.isPrivate("4001")], [false, true]);
  assert.equal(list.sorted(false).length, 4_001);
});

const PRIVATE = { isPrivate: true };
/** What is done to a list with "#c" (named C) in it, and the change that it makes, if any. */
const CHANGES: Record<string, [(list: Channels) => unknown, string | undefined]> = {
  "a join": [(list) => list.join(facts("#d", "D")), "JOINED irc://net/%23d D"],
  "the same join again": [(list) => list.join(facts("#c", "C")), undefined],
  "another join of a known one": [
    (list) => list.join(facts("#c", "X")),
    "CHANGED irc://net/%23c X",
  ],
  "a change": [(list) => list.change(facts("#c", "X")), "CHANGED irc://net/%23c X"],
  "a change of the parent": [
    (list) => list.change(facts("#c", "C", "", { parentId: "#p" })),
    "CHANGED irc://net/%23c C",
  ],
  "a change of the message": [
    (list) => list.change(facts("#c", "C", "", { rootMessageId: "1" })),
    "CHANGED irc://net/%23c C",
  ],
  "a change of nothing": [(list) => list.change(facts("#c", "C")), undefined],
  "a change of what is unknown": [(list) => list.change(facts("#x", "X")), undefined],
  "a refused join": [(list) => list.join(facts("", "X")), undefined],
  "a leave, with what was known": [(list) => list.leave("#c"), "LEFT irc://net/%23c C"],
  "a leave of what is unknown": [(list) => list.leave("#x"), undefined],
  "the end of the backend": [(list) => list.clear(), undefined],
  "a private join": [
    (list) => list.join(facts("#d", "D", "", PRIVATE)),
    "JOINED irc://net/%23d D, private",
  ],
  "a change that makes it private": [
    (list) => list.change(facts("#c", "C", "", PRIVATE)),
    "CHANGED irc://net/%23c C, private",
  ],
};

for (const [name, [act, expected]] of Object.entries(CHANGES)) {
  test(`the change of the list by ${name}`, () => {
    const seen = changesOf(act);
    assert.deepEqual(seen, expected === undefined ? [] : [expected]);
  });
}

test("a private channel that is private no more, or left, makes a private change", () => {
  const seen = changesOf((list) => {
    list.join(facts("#d", "D", "", PRIVATE));
    list.change(facts("#d", "D"));
    list.change(facts("#d", "E"));
    list.change(facts("#d", "E", "", PRIVATE));
    list.join(facts("t", "T", "", { parentId: "#d" }));
    list.change(facts("t", "T"));
    list.leave("#d");
  });
  assert.deepEqual(seen, [
    "JOINED irc://net/%23d D, private",
    "CHANGED irc://net/%23d D, private",
    "CHANGED irc://net/%23d E",
    "CHANGED irc://net/%23d E, private",
    "JOINED irc://net/t T, private",
    "CHANGED irc://net/t T, private",
    "LEFT irc://net/%23d E, private",
  ]);
});

function changesOf(act: (list: Channels) => unknown): string[] {
  const seen: string[] = [];
  const list = channels({}, ({ change, channel, isPrivate }) => {
    const privacy = isPrivate ? ", private" : "";
    seen.push(`${ChannelChange[change]} ${channel.id} ${channel.displayName}${privacy}`);
  });
  list.join(facts("#c", "C"));
  seen.length = 0;
  act(list);
  return seen;
}

/** The service Messages: what the backend is asked, and what is announced when. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type BlockSchema, type Event, EventSchema, Support } from "@seabird-chat/protocol";
import type { ActionKind } from "../actions.ts";
import { act, actWith, assertRefused } from "../test/acting.ts";
import { type ChatEventInit, eventsIn, TestBroker, type TestCall } from "../test/fixtures.ts";

const ANNOUNCED = ["editMessage", "deleteMessages", "react"] as const;
const inChannel = { conversation: { where: { case: "channelId", value: "irc://net/%23c" } } };
const toAnn = { conversation: { where: { case: "userId", value: "irc://net/ann" } } };

function success(result?: object, failed: { [id: string]: string } = {}): ChatEventInit["inner"] {
  return { case: "success", value: { ...(result && { result }), failed } };
}

/** One action that the backend does, and the events that follow. */
async function done(
  kind: ActionKind,
  fields: object,
  answer: ChatEventInit["inner"] = success(),
  call: TestCall = {},
) {
  const t = new TestBroker();
  const backend = t.backend();
  const all = t.stream([], {}, ["*"]);
  const publicOnly = t.stream([], { caller: { mayPrivate: false } }, ["*"]);
  eventsIn(all);
  const action = actWith(t, kind, fields, call);
  const request = backend.request();
  assert.deepEqual(eventsIn(all), [], "nothing is announced before it is done");
  if (answer !== undefined) backend.answer(request.id, answer);
  const events = eventsIn(all);
  const response = await action;
  return { t, request: request.inner.value, events, response, publicEvents: eventsIn(publicOnly) };
}

suite("an edit", () => {
  const fields = {
    conversation: { where: { case: "channelId", value: "irc://net/#c" } },
    messageIds: ["m1", "m2", "m3"],
    text: "new",
    tags: { "core/x": "1", mine: "m" },
  };

  test("reaches the backend with its own ids, and is announced with the caller's", async () => {
    const { request, events, response } = await done(
      "editMessage",
      fields,
      success({ messageIds: ["m1", "m2", "m3"], degraded: ["emoji"], sequence: 7n }),
    );
    const [event] = events;
    assert.equal(events.length, 1);
    const sequence = event?.meta?.sequence;
    assert.ok(sequence !== undefined && sequence > 0n);
    const rootBlock = text("new");
    const tags = { mine: "m", "core/original-format": "text" };
    assert.deepEqual(
      event,
      eventOf({
        inner: {
          case: "messageEdited",
          value: {
            conversation: { where: { case: "channelId", value: "irc://net/#c" } },
            text: "new",
            rootBlock,
            info: { id: "m1" },
            sender: "bot",
          },
        },
        tags,
        meta: { sequence },
      }),
    );
    const { $typeName, ...asked } = request as Exclude<typeof request, undefined>;
    assert.equal($typeName, "seabird.EditMessageChatRequest");
    assert.ok("messageIds" in asked && "text" in asked && "conversation" in asked);
    assert.deepEqual(asked.conversation?.where, { case: "channelId", value: "#c" });
    assert.deepEqual([asked.messageIds, asked.text, asked.tags], [["m1", "m2", "m3"], "new", tags]);
    assert.ok("result" in response);
    const { messageIds, degraded, channelId, sequence: given } = response.result ?? {};
    const expected = [["m1", "m2", "m3"], ["emoji"], "", sequence];
    assert.deepEqual([messageIds, degraded, channelId, given], expected);
  });

  const cases: readonly [string, string[], string, string[]][] = [
    ["no ids", [], "m1", []],
    ["all ids", ["m1", "m2", "m3"], "m1", []],
    ["the first", ["m1"], "m1", ["m2", "m3"]],
    ["the last two", ["m2", "m3"], "m2", ["m1"]],
    ["a new one", ["n1"], "n1", ["m2", "m3"]],
    ["more than there were", ["m1", "m2", "m3", "m4"], "m1", []],
  ];
  for (const [what, messageIds, id, gone] of cases) {
    test(`whose result has ${what}: ${id} is edited, and ${gone.join() || "nothing"} deleted`, async () => {
      const { events } = await done("editMessage", fields, success({ messageIds }));
      const [edited, ...rest] = events.map(({ inner }) => inner);
      assert.ok(edited?.case === "messageEdited");
      assert.equal(edited.value.info?.id, id);
      const deleted = rest.map(
        (inner) => inner.case === "messageDeleted" && inner.value.messageIds,
      );
      assert.deepEqual(deleted, gone.length === 0 ? [] : [gone]);
      assert.deepEqual(events.at(1)?.tags ?? { mine: "m" }, { mine: "m" });
    });
  }

  test("is degraded for the backend only", async () => {
    const t = new TestBroker();
    const backend = t.declaring({ features: { edit: Support.FULL } });
    const all = t.stream([], {}, ["*"]);
    const rootBlock = mention({ case: "userId", value: "irc://net/ann" });
    const action = actWith(t, "editMessage", { rootBlock });
    const { id, inner } = backend.request();
    assert.ok(inner.case === "editMessage");
    assert.equal(inner.value.rootBlock?.inner.case, "text");
    backend.answer(id, { case: "success", value: {} });
    const [event] = eventsIn(all);
    assert.ok(event?.inner.case === "messageEdited");
    assert.equal(event.inner.value.rootBlock?.inner.case, "mention");
    assert.deepEqual((await action).result?.degraded, ["mention"]);
  });
});

suite("a deletion", () => {
  const cases: readonly [string, string[], { [id: string]: string }, string[] | undefined][] = [
    ["of all", ["a", "b"], {}, ["a", "b"]],
    ["of some", ["a", "b"], { a: "too old" }, ["b"]],
    ["of none", ["a", "b"], { a: "too old", b: "not yours" }, undefined],
    ["of one named twice", ["a", "a"], {}, ["a"]],
    [
      "with names that objects have",
      ["__proto__", "constructor"],
      {},
      ["__proto__", "constructor"],
    ],
  ];
  for (const [what, messageIds, failed, announced] of cases) {
    test(what, async () => {
      const fields = { messageIds, reason: "spam", tags: { mine: "m" } };
      const { events, response } = await done("deleteMessages", fields, success({}, failed));
      assert.ok("failed" in response);
      assert.deepEqual({ ...response.failed }, failed);
      const value = { ...inChannel, messageIds: announced ?? [], reason: "spam", sender: "bot" };
      const sequence = events[0]?.meta?.sequence ?? 0n;
      const event = eventOf({
        inner: { case: "messageDeleted", value: value as never },
        tags: { mine: "m" },
        meta: { sequence },
      });
      assert.deepEqual(events, announced === undefined ? [] : [event]);
    });
  }
});

suite("a reaction", () => {
  const cases: readonly [string, object, object][] = [
    ["given", { emoji: { text: "👍", id: "1" } }, { emoji: { text: "👍", id: "1" } }],
    ["taken back", { removed: true }, { emoji: { text: "👍" }, removed: true }],
    ["all taken back", { emoji: undefined, removed: true }, { removed: true }],
    ["all, by an empty emoji", { emoji: {}, removed: true }, { removed: true }],
    [
      "a url with a password",
      { emoji: { text: ":x:", url: "https://a:b@c" } },
      { emoji: { text: ":x:" } },
    ],
  ];
  for (const [what, fields, expected] of cases) {
    test(what, async () => {
      const { request, events } = await done("react", { ...fields, tags: { mine: "m" } });
      assert.ok(request?.$typeName === "seabird.ReactChatRequest");
      const value = { ...inChannel, messageId: "m1", sender: "bot", ...expected };
      const meta = events[0]?.meta;
      const inner = { case: "reaction", value } as never;
      assert.deepEqual(events, [eventOf({ inner, tags: { mine: "m" }, ...(meta && { meta }) })]);
      const { emoji, removed } = eventOf({ inner }).inner.value as never;
      assert.deepEqual([request.emoji, request.removed, request.messageId], [emoji, removed, "m1"]);
    });
  }
});

test("typing and lists of members are not announced", async () => {
  const typing = await done("setTyping", { isActive: true });
  assert.ok(typing.request?.$typeName === "seabird.SetTypingChatRequest");
  assert.deepEqual([typing.request.isActive, typing.events], [true, []]);
  const members = await done("listMembers", {}, { case: "members", value: {} });
  assert.ok(members.request?.$typeName === "seabird.ListMembersChatRequest");
  assert.deepEqual([members.request.channelId, members.events], ["#c", []]);
});

for (const kind of ANNOUNCED) {
  test(`${kind} that fails is not announced`, async () => {
    const t = new TestBroker();
    const backend = t.backend();
    const all = t.stream([], {}, ["*"]);
    const refused = act(t, kind);
    backend.answer(backend.request().id, { case: "failed", value: { reason: "too old" } });
    await assertRefused(refused, "backend_refused", "too old");
    const late = act(t, kind);
    const { id } = backend.request();
    t.clock.advance(10_000);
    await assertRefused(late, "request_timeout");
    backend.succeed(id);
    assert.deepEqual(eventsIn(all), []);
  });

  test(`${kind} with a person is read by those who may read private messages`, async () => {
    const { events, publicEvents } = await done(kind, toAnn);
    assert.deepEqual([events.length, publicEvents.length], [1, 0]);
  });
}

suite("members", () => {
  async function listed(members: object[], isComplete = true) {
    const value = { members: members.map((user) => ({ user })), isComplete };
    const { response } = await done("listMembers", {}, { case: "members", value });
    assert.ok("members" in response);
    return response;
  }

  test("have absolute ids, and what is not fit to be handed on is left out", async () => {
    const { members, isComplete } = await listed([
      { id: "ann", displayName: "Ann", isBot: true, account: "a", avatarUrl: "https://x.y" },
      { id: "b!", avatarUrl: "https://me:secret@x.y", account: "x".repeat(2_049) },
      { id: "" },
      { id: "x".repeat(1_025) },
    ]);
    const users = members.map(({ user }) => [user?.id, user?.avatarUrl, user?.account]);
    assert.deepEqual(users, [
      ["irc://net/ann", "https://x.y", "a"],
      ["irc://net/b%21", "", ""],
    ]);
    assert.equal(members[0]?.user?.isBot, true);
    assert.equal(isComplete, false, "some are missing");
  });

  for (const [count, isComplete] of [
    [10_000, true],
    [10_001, false],
  ] as const) {
    test(`${count} of them: ${isComplete ? "all" : "cut, and not complete"}`, async () => {
      const users = Array.from({ length: count }, (_, i) => ({ id: `${i}`, displayName: "n" }));
      const response = await listed(users);
      assert.equal(response.members.length, 10_000);
      assert.equal(response.isComplete, isComplete);
    });
  }
});

test("what is kept until it is done is bounded in bytes", async () => {
  const t = new TestBroker({ maxQueuedRequestBytesPerBackend: 3_000 });
  const backend = t.backend();
  const long = { text: "x".repeat(900) };
  const first = actWith(t, "editMessage", long);
  const { id } = backend.request();
  await assertRefused(actWith(t, "editMessage", long), "too_many_in_flight");
  backend.succeed(id);
  await first;
  actWith(t, "editMessage", long).catch(() => {});
  backend.request();
});

function text(content: string) {
  return { plain: content, inner: { case: "text", value: { text: content } } } as const;
}

function mention(target: object): MessageInitShape<typeof BlockSchema> {
  return { inner: { case: "mention", value: { inner: text("x"), target: target as never } } };
}

function eventOf(init: MessageInitShape<typeof EventSchema>): Event {
  return create(EventSchema, init);
}

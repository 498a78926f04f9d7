/** Calls into private channels, and what is announced of them. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ACTIONS, type ActionKind } from "./actions.ts";
import { act, actWith, assertRefused, isSend, KINDS } from "./test/acting.ts";
import { eventsIn, TestBroker } from "./test/fixtures.ts";

const INTO_CHANNELS = KINDS.filter((kind) =>
  ["channel_id", "conversation"].includes(ACTIONS[kind].field),
);
const PRIVATE = "irc://net/%23p";
const THREAD = "irc://net/thread";
const PUBLIC = "irc://net/%23c";
const UNTRACKED = "irc://net/%23x";

function world() {
  const t = new TestBroker();
  const backend = t.backend();
  const join = (value: object) => backend.say({ inner: { case: "joinChannel", value } });
  join({ channelId: "#p", isPrivate: true });
  join({ channelId: "thread", parentId: "#p" });
  join({ channelId: "#c" });
  return { t, backend, all: t.stream([], {}, ["*"]) };
}

const shy = { caller: { mayPrivate: false } };

for (const kind of INTO_CHANNELS) {
  suite(kind, () => {
    for (const target of [PRIVATE, THREAD]) {
      test(`into ${target} needs the right to private messages`, async () => {
        const { t, backend, all } = world();
        const refused = act(t, kind, target, shy);
        await assertRefused(refused, "missing_scope", 'token lacks the scope "private"');
        assert.deepEqual([backend.requests(), eventsIn(all)], [[], []]);
        act(t, kind, target).catch(() => {});
        assert.equal(backend.requests().length, 1);
      });
    }

    test("into a public or an untracked channel does not", () => {
      const { t, backend } = world();
      for (const target of [PUBLIC, UNTRACKED]) act(t, kind, target, shy).catch(() => {});
      assert.equal(backend.requests().length, 2);
    });
  });
}

const ANNOUNCED: readonly ActionKind[] = [
  ...INTO_CHANNELS.filter(isSend),
  "editMessage",
  "deleteMessages",
  "react",
];

for (const kind of ANNOUNCED) {
  for (const target of [PRIVATE, PUBLIC]) {
    test(`${kind} into ${target} is read by whom it concerns`, async () => {
      const { t, backend, all } = world();
      const publicOnly = t.stream([], shy, ["*"]);
      const action = act(t, kind, target);
      backend.succeed(backend.request().id);
      await action;
      const expected = isSend(kind) ? 2 : 1;
      assert.equal(eventsIn(all).length, expected);
      assert.equal(eventsIn(publicOnly).length, target === PUBLIC ? expected : 0);
    });
  }
}

test("capabilities of private channels are shown to whom they concern", async () => {
  const { t, backend } = world();
  const channels = { "#p": {}, thread: {}, "#c": {} };
  backend.say({ inner: { case: "capabilities", value: { channels } } });
  const shown = async (call = {}) => {
    const info = actWith(t, "getBackendInfo", {}, call);
    backend.answer(backend.request().id, { case: "metadata", value: {} });
    return Object.keys((await info).capabilities?.channels ?? {}).sort();
  };
  assert.deepEqual(await shown(), [PRIVATE, PUBLIC, THREAD].sort());
  assert.deepEqual(await shown(shy), [PUBLIC]);
});

for (const kind of ANNOUNCED) {
  test(`${kind} into a channel that becomes private before the answer is private then`, async () => {
    const { t, backend } = world();
    const publicOnly = t.stream([], shy, ["*"]);
    const action = act(t, kind, PUBLIC);
    const { id } = backend.request();
    assert.equal(eventsIn(publicOnly).length, isSend(kind) ? 1 : 0, "what is announced at once");
    const value = { channelId: "#c", isPrivate: true };
    backend.say({ inner: { case: "changeChannel", value } });
    backend.succeed(id);
    await action;
    assert.deepEqual(eventsIn(publicOnly), []);
  });
}

test("a send that began a private thread tells of it only who may read private messages", async () => {
  const { t, backend, all } = world();
  const publicOnly = t.stream([], shy, ["send_result"]);
  const action = act(t, "sendMessage", PUBLIC);
  const result = { messageIds: ["1"], channelId: "thread" };
  backend.answer(backend.request().id, { case: "success", value: { result } });
  await action;
  assert.equal(eventsIn(all).length, 2);
  assert.deepEqual(eventsIn(publicOnly), []);
});

test("what became of a send into a channel that became private stays so as its backend leaves", async () => {
  const { t, backend, all } = world();
  const publicOnly = t.stream([], shy, ["send_result"]);
  const action = act(t, "sendMessage", PUBLIC);
  const value = { channelId: "#c", isPrivate: true };
  backend.say({ inner: { case: "changeChannel", value } });
  backend.session.close();
  await assertRefused(action, "backend_gone");
  const kinds = eventsIn(all).map(({ inner }) => inner.case);
  assert.deepEqual(kinds, ["sendMessage", "channel", "sendResult", "backend"]);
  assert.deepEqual(eventsIn(publicOnly), []);
});

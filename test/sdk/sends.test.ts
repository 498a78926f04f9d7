/** Sends and their handles on the real core: what becomes of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SentMessage } from "@seabird-chat/sdk";
import { startCore } from "../support/core.ts";
import { CHANNEL, capable, failure, startSends } from "../support/send-stage.ts";

const abilities = ({ canEdit, canDelete, canReact }: SentMessage) => [canEdit, canDelete, canReact];

test("a handle edits, deletes and reacts to what was sent", async (t) => {
  const core = await startCore({}, t);
  const asked: string[] = [];
  const { client } = await startSends(core, capable(asked), t);
  const sent = await client.sendMessage(CHANNEL, "one");
  assert.deepEqual(sent.ids, ["m1", "m1b"]);
  assert.deepEqual(sent.degraded, []);
  assert.equal(sent.channelId, CHANNEL);
  assert.equal(typeof sent.sequence, "bigint");
  assert.deepEqual(abilities(sent), [true, true, true]);
  assert.equal(await sent.edit("two"), sent);
  assert.deepEqual(sent.ids, ["m1", "m1b"]);
  await sent.react("👍");
  await sent.react("👍", { removed: true });
  assert.equal(await failure(sent.delete("old")), "unknown: too old");
  await sent.edit("short");
  assert.deepEqual(sent.ids, ["m1"]);
  await sent.delete();
  assert.deepEqual(asked, [
    "send #a one",
    "edit #a m1+m1b two",
    "react #a m1 👍",
    "unreact #a m1 👍",
    "delete #a m1+m1b old",
    "edit #a m1+m1b short",
    "delete #a m1 ",
  ]);
  assert.equal((await client.sendMessage("test://net/#a", "as typed")).channelId, CHANNEL);
  const person = await client.sendPrivateMessage("test://net/ann", "psst");
  assert.equal(person.channelId, undefined);
  assert.deepEqual(abilities(person), [true, true, true]);
});

test("a handle says what its network cannot do", async (t) => {
  const core = await startCore({}, t);
  const silent = await startSends(core, { send: () => undefined }, t);
  const sent = await silent.client.sendMessage(CHANNEL, "one");
  assert.deepEqual(sent.ids, []);
  assert.deepEqual(abilities(sent), [false, false, false]);
  const noId = (done: string) =>
    `failed_precondition: test://net gave this message no id, so it cannot be ${done}`;
  assert.equal(await failure(sent.edit("x")), noId("edited"));
  assert.equal(await failure(sent.delete()), noId("deleted"));
  assert.equal(await failure(sent.react("x")), noId("reacted to"));
});

test("ids alone do not make a message editable", async (t) => {
  const core = await startCore({}, t);
  const { send, react } = capable([]);
  const { client } = await startSends(core, { ...(send && { send }), ...(react && { react }) }, t);
  const sent = await client.sendMessage(CHANNEL, "one");
  assert.deepEqual(abilities(sent), [false, false, true]);
  assert.equal(
    await failure(sent.edit("x")),
    "failed_precondition: test://net cannot edit messages",
  );
  assert.equal(await client.can("react", { channelId: CHANNEL }), true);
  assert.equal(await client.can("edit", { channelId: CHANNEL }), false);
  assert.equal(await client.can("constructor", { channelId: CHANNEL }), false);
  // The bot need not be in a channel to send there.
  assert.equal(await client.can("react", { channelId: "test://net/%23other" }), true);
});

test("calls that are not awaited go out in their order", async (t) => {
  const core = await startCore({}, t);
  const asked: string[] = [];
  const { client } = await startSends(
    core,
    { ...capable(asked), send: (_to, { text }) => void asked.push(text) },
    t,
  );
  const replyTo = { id: "m1" };
  const where = { channelId: CHANNEL };
  await Promise.all([
    client.sendMessage(CHANNEL, "a", { replyTo }),
    client.sendMessage(CHANNEL, "b"),
    client.react(where, "m1", "c"),
    client.sendMessage(CHANNEL, "d"),
    client.sendMessage(CHANNEL, "f"),
  ]);
  assert.deepEqual(asked, ["a", "b", "react #a m1 c", "d", "f"]);
});

test("who has sent a message does not wait for a backend that is slow to say what it can do", async (t) => {
  const core = await startCore({}, t);
  const gate = Promise.withResolvers<void>();
  const send = () => ({ ids: ["m1"] });
  const metadata = async () => {
    await gate.promise;
    return {};
  };
  const { client } = await startSends(core, { send, metadata }, t);
  const sent = await client.sendPrivateMessage("test://net/ann", "psst", { timeoutMs: 5_000 });
  // Nobody knows better so far.
  assert.equal(sent.canEdit, true);
  gate.resolve();
  await client.capabilities({ userId: "test://net/ann" });
  assert.equal(sent.canEdit, false);
});

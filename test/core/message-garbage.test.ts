/** Ten thousand hostile messages of the new kinds, from a backend and from plugins: nobody else notices. */
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type ChatEventSchema,
  channelConversation,
  FEATURES,
  Messages,
  SendOptionsSchema as OptionsSchema,
  Seabird,
  type SendOptionsSchema,
  Support,
} from "@seabird-chat/protocol";
import type { ChildMeasure, ChildStart } from "../support/core-child.ts";
import { RawClient } from "../support/grpc-client.ts";
import { encodeEvent, RawBackend } from "../support/raw-backend.ts";
import { openWires, type Wire, type WireEnd } from "../support/wires.ts";

type Inner = NonNullable<MessageInitShape<typeof ChatEventSchema>["inner"]>;
type Options = MessageInitShape<typeof SendOptionsSchema>;

const MESSAGES = 10_000;
/** Every so many, an honest plugin says a line by an honest backend. */
const HONEST_EVERY = 500;
const MB = 1_000_000;
/** What core may hold more of afterwards. */
const TOLERANCE_BYTES = 30 * MB;

const conversation = channelConversation("#c");
const absolute = channelConversation("irc://hostile/%23c");
const long = (bytes: number) => "x".repeat(bytes);
const user = { id: "u" };

function mentionTree(depth: number, userId: string) {
  let tree: object = { inner: { case: "text", value: { text: "x" } } };
  for (let level = 0; level < depth; level++) {
    const value = { inner: tree, target: { case: "userId", value: userId } };
    tree = { inner: { case: "mention", value } };
  }
  return tree as never;
}

const message = (value: object): Inner => ({ case: "message", value }) as Inner;

const SMALL_EVENTS: readonly ((number: number) => Inner)[] = [
  (number) => message({ info: { id: `${number}`, replyTo: { messageId: `${number}` } } }),
  (number) =>
    message({ info: { id: `${number % 2}`, replyTo: { messageId: `${1 - (number % 2)}` } } }),
  () => message({ rootBlock: mentionTree(60, "a") }),
  () => message({ info: { id: long(513) } }),
  () => ({
    case: "reaction",
    value: { conversation, messageId: "1", user, emoji: { text: long(2_000) } },
  }),
  () => ({
    case: "messageDeleted",
    value: { conversation, messageIds: Array(1_001).fill("__proto__") },
  }),
  () => ({ case: "messageEdited", value: { text: "nowhere" } }),
  () => ({ case: "capabilities", value: { channels: { __proto__x: {}, constructor: {} } } }),
  (number) => ({
    case: "joinChannel",
    value: {
      channelId: `t${number % 7}`,
      parentId: `t${(number + 1) % 7}`,
      isPrivate: number % 3 === 0,
    },
  }),
  () => ({ case: "networkState", value: { isConnected: false, reason: long(5_000) } }),
  (number) => ({
    case: "typing",
    value: { conversation, user: { id: `${number}` }, isActive: true },
  }),
];

const LARGE_EVENTS: Readonly<Record<string, Inner>> = {
  "an id of 3 MB": message({ info: { id: long(3 * MB) } }),
  "an emoji of 1 MB": {
    case: "reaction",
    value: { conversation, messageId: "1", user, emoji: { text: long(MB) } },
  },
  "a deletion of a million ids": {
    case: "messageDeleted",
    value: { conversation, messageIds: Array(MB).fill("1") },
  },
  "a wide tree of mentions": message({
    rootBlock: {
      inner: { case: "list", value: { inner: Array(50_000).fill(mentionTree(1, "a")) } },
    },
  }),
  "capabilities of a hundred thousand features": {
    case: "capabilities",
    value: {
      features: Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`f${at}`, 2])),
    },
  },
  /** Larger than any message may be: it ends the backend's stream, so it comes last. */
  "an id of 10 MB": message({ info: { id: long(10 * MB) } }),
};

let child: ChildProcess;
let core: ChildStart;
let wires: readonly Wire[];
let authorization: string;

before(async () => {
  child = fork(new URL("../support/core-child.ts", import.meta.url), {
    execArgv: ["--expose-gc"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  [core] = (await once(child, "message", { signal: AbortSignal.timeout(30_000) })) as [ChildStart];
  wires = openWires(core.url);
  authorization = `Bearer ${core.token}`;
});

after(async () => {
  await Promise.all(wires.map((wire) => wire.close()));
  child.disconnect();
  await once(child, "exit", { signal: AbortSignal.timeout(15_000) });
});

async function measure(): Promise<ChildMeasure> {
  child.send("measure");
  const signal = AbortSignal.timeout(30_000);
  const [answer] = (await once(child, "message", { signal })) as [ChildMeasure];
  return answer;
}

/** A hostile backend that says it can do everything; its answers are as bad as its events. */
async function hostileBackend(): Promise<RawBackend> {
  const backend = new RawBackend(new RawClient(core.url, { token: core.token }));
  const features = Object.fromEntries(FEATURES.map((feature) => [feature, Support.FULL]));
  const backendInfo = { type: "irc", id: "hostile" };
  backend.send({ inner: { case: "hello", value: { backendInfo, capabilities: { features } } } });
  backend.respond = ({ inner }) => {
    if (inner.case === "listMembers") {
      const members = Array(100).fill({ user: { id: long(20) } });
      return { case: "members", value: { members } };
    }
    const result = { messageIds: Array(150).fill("y"), degraded: Array(150).fill("lost") };
    return { case: "success", value: { result, failed: { constructor: "x" } } };
  };
  await backend.call.headersCame();
  return backend;
}

const sendWith = (wire: Wire, options: Options, more: object = {}) =>
  wire.unary(
    Seabird.method.sendMessage,
    {
      channelId: "irc://hostile/%23c",
      text: "bad",
      options: create(OptionsSchema, options),
      ...more,
    },
    { authorization },
  );

const CALLS: readonly ((wire: Wire, number: number) => Promise<WireEnd>)[] = [
  (wire, number) => sendWith(wire, { idempotencyKey: "same" }, { text: `${number}` }),
  (wire, number) => sendWith(wire, { idempotencyKey: `${number}` }),
  (wire) => sendWith(wire, { idempotencyKey: "__proto__" }),
  (wire, number) => sendWith(wire, { replyTo: { messageId: `${number}`, conversation: absolute } }),
  (wire) => sendWith(wire, {}, { rootBlock: mentionTree(40, "irc://hostile/a") }),
  (wire) => sendWith(wire, {}, { rootBlock: mentionTree(60, "irc://hostile/a") }),
  (wire) => {
    const request = { conversation: absolute, messageIds: Array(1_000).fill("constructor") };
    return wire.unary(Messages.method.deleteMessages, request, { authorization });
  },
  (wire) => {
    const request = { conversation: absolute, messageId: "1", emoji: { text: long(513) } };
    return wire.unary(Messages.method.react, request, { authorization });
  },
  (wire) => {
    const request = { channelId: "irc://hostile/%23c" };
    return wire.unary(Messages.method.listMembers, request, { authorization });
  },
];

const LARGE_CALLS: readonly ((wire: Wire) => Promise<WireEnd>)[] = [
  (wire) => sendWith(wire, { replyTo: { messageId: long(10 * MB) } }),
  (wire) => sendWith(wire, { idempotencyKey: long(3 * MB) }),
  (wire) => sendWith(wire, {}, { channelId: `irc://hostile/${long(3 * MB)}` }),
  (wire) =>
    sendWith(wire, {}, { rootBlock: { inner: { case: "emoji", value: { text: long(MB) } } } }),
  (wire) => {
    const request = { conversation: absolute, messageIds: Array(MB).fill("1") };
    return wire.unary(Messages.method.deleteMessages, request, { authorization });
  },
];

async function attack(count: number, seen: Set<number>): Promise<void> {
  const honest = await RawBackend.connect(core.url, core.token, "irc", `honest${count}`);
  const honestWires = openWires(core.url);
  const [wire] = honestWires as [Wire];
  let pending: Promise<WireEnd>[] = [];
  const hostile = await hostileBackend();
  for (let number = 0; number < count; number += 1) {
    if (number % 4 > 0) {
      const make = SMALL_EVENTS[number % SMALL_EVENTS.length];
      if (make !== undefined) hostile.send({ inner: make(number) });
    } else {
      const call = CALLS[(number / 4) % CALLS.length];
      const from = wires[(number / 4) % wires.length];
      if (call !== undefined && from !== undefined) pending.push(call(from, number));
    }
    if (number % HONEST_EVERY > 0) continue;
    const request = { channelId: `irc://honest${count}/c`, text: `${number}` };
    const end = await wire.unary(Seabird.method.sendMessage, request, { authorization });
    assert.deepEqual([end.status, end.message], [0, ""]);
    for (const { status } of await Promise.all(pending)) seen.add(status);
    pending = [];
    const inner = honest.requests.at(-1)?.inner;
    assert.equal(inner?.case === "sendMessage" && inner.value.text, `${number}`);
  }
  for (const inner of Object.values(LARGE_EVENTS)) {
    hostile.call.write(encodeEvent({ inner }));
  }
  for (const call of LARGE_CALLS) {
    for (const each of wires) assert.notEqual((await call(each)).status, 0);
  }
  const info = { backendId: `irc://honest${count}` };
  honest.respond = () => ({ case: "metadata", value: {} });
  const end = await wire.unary(Seabird.method.getBackendInfo, info, { authorization });
  assert.equal(end.status, 0, end.message);
  await Promise.all([honest, hostile, ...honestWires].map((each) => each.close()));
}

test("ten thousand hostile messages harm no other client, and nothing of them is kept", async (t) => {
  const seen = new Set<number>();
  await attack(MESSAGES / 20, seen);
  const before = await measure();
  await attack(MESSAGES, seen);
  const after = await measure();
  const grown = after.heapBytes - before.heapBytes;
  t.diagnostic(`heap ${before.heapBytes} -> ${after.heapBytes}; statuses ${[...seen].join()}`);
  assert.ok(grown < TOLERANCE_BYTES, `${grown} bytes more than before`);
  assert.ok(!seen.has(-1), "each call ended with a status");
});

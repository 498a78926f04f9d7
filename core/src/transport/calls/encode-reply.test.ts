/** A shared reply reads as any other, and is encoded once until something changes. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { create, fromBinary, fromJsonString, type Message, toBinary } from "@bufbuild/protobuf";
import {
  BackendInfoResponseSchema,
  CapabilitiesSchema,
  CommandsResponseSchema,
  Seabird,
  Support,
} from "@seabird-chat/protocol";
import { ENVELOPE_BYTES } from "../../broker/codec/envelope.ts";
import { TestBroker } from "../../broker/test/fixtures.ts";
import { encodeReply, sharedBytes } from "./encode-reply.ts";
import type { UnaryMethod } from "./method.ts";

function method(desc: UnaryMethod["desc"], shares: string): UnaryMethod {
  return { kind: "unary", desc, access: "any", shares, handle: () => assert.fail("not called") };
}

const COMMANDS = method(Seabird.method.registeredCommands, "reply");
const INFO = method(Seabird.method.getBackendInfo, "capabilities");
const capabilities = create(CapabilitiesSchema, { features: { edit: Support.FULL } });

const REPLIES: readonly (readonly [string, UnaryMethod, Message])[] = [
  ["an empty list", COMMANDS, create(CommandsResponseSchema)],
  [
    "a list",
    COMMANDS,
    create(CommandsResponseSchema, { commands: { a: { name: "a", fullHelp: "é" }, b: {} } }),
  ],
  ["a shared field alone", INFO, create(BackendInfoResponseSchema, { capabilities })],
  ["fields beside none", INFO, create(BackendInfoResponseSchema, { metadata: { a: "b" } })],
  [
    "fields beside a shared one",
    INFO,
    create(BackendInfoResponseSchema, { backend: { id: "x" }, metadata: { a: "b" }, capabilities }),
  ],
  ["nothing", INFO, create(BackendInfoResponseSchema)],
];

suite("what a shared reply reads as", () => {
  for (const [what, of, reply] of REPLIES) {
    test(what, () => {
      const { output } = of.desc;
      for (let repeated = 0; repeated < 2; repeated++) {
        const envelope = encodeReply(of, reply);
        const message = envelope.subarray(ENVELOPE_BYTES);
        assert.equal(envelope.readUInt32BE(1), message.length);
        assert.deepEqual(fromBinary(output, message), reply);
        assert.equal(message.length, toBinary(output, reply).length);
        assert.deepEqual(sharedBytes(of, reply, false), message);
        assert.deepEqual(fromJsonString(output, `${sharedBytes(of, reply, true)}`), reply);
      }
    });
  }
});

suite("each list is one object, and encoded once, until it changes", () => {
  const read = (t: TestBroker, mayPrivate: boolean) =>
    t.broker.listChannels(
      create(Seabird.method.listChannels.input, { backendId: "irc://net" }),
      t.call({ caller: { mayPrivate } }),
    );
  const join = (t: TestBroker, channelId: string, isPrivate: boolean) => {
    const backend = t.backend();
    return () => backend.say({ inner: { case: "joinChannel", value: { channelId, isPrivate } } });
  };
  type Prepared = readonly [list: () => Message, change: () => unknown];
  const LISTS: Readonly<Record<string, (t: TestBroker) => Prepared>> = {
    "commands that come": (t) => [() => t.broker.registeredCommands(), () => t.stream(["ping"])],
    "commands that go": (t) => {
      const stream = t.stream(["ping"]);
      return [() => t.broker.registeredCommands(), () => stream.close()];
    },
    "backends that come": (t) => [() => t.broker.listBackends(), () => t.backend()],
    "backends that go": (t) => {
      const { session } = t.backend();
      return [() => t.broker.listBackends(), () => session.close()];
    },
    channels: (t) => {
      const change = join(t, "#c", false);
      return [() => read(t, true), change];
    },
    "private channels": (t) => {
      const change = join(t, "#c", true);
      return [() => read(t, true), change];
    },
  };
  for (const [what, prepare] of Object.entries(LISTS)) {
    test(what, () => {
      const [list, change] = prepare(new TestBroker());
      const before = list();
      const desc = Object.values(Seabird.method).find(
        ({ output }) => output.typeName === before.$typeName,
      );
      assert.ok(desc !== undefined);
      const bytes = encodeReply(method(desc, "reply"), before);
      assert.equal(list(), before);
      assert.equal(encodeReply(method(desc, "reply"), list()), bytes, "the same bytes");
      change();
      assert.notEqual(list(), before);
      assert.notDeepEqual(list(), before);
    });
  }

  test("without private channels", () => {
    const t = new TestBroker();
    const shown = join(t, "#c", false);
    shown();
    assert.deepEqual(read(t, false), read(t, true));
    const hidden = new TestBroker();
    join(hidden, "#c", true)();
    assert.deepEqual([read(hidden, false).channels, read(hidden, true).channels.length], [[], 1]);
    assert.equal(read(hidden, false), read(hidden, false));
  });
});

/** Mistakes of a backend's author: each is named in the log, and the backend goes on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type BackendConnection,
  type BackendHost,
  type BackendSpec,
  backend,
  mention,
  text,
} from "@seabird-chat/sdk/backend";
import { type Backendbed, backendbed } from "@seabird-chat/testkit";

const untyped = (value: unknown) => value as never;

interface Mistake {
  readonly connection?: Partial<BackendConnection>;
  readonly spec?: Partial<BackendSpec>;
  go(bed: Backendbed, host: BackendHost): unknown;
  /** Of the warning's error, or its problem. */
  readonly told: string;
}

const send = (bed: Backendbed) => bed.send("lobby", "hi");
const said = { channel: "lobby", user: "ann", text: "hi" };
const returns = (value: unknown, told: string): Mistake => ({
  connection: { send: () => untyped(value) },
  go: send,
  told,
});
const emits = (more: object, told: string): Mistake => ({
  go: (_bed, host) => host.emit.message(untyped({ ...said, ...more })),
  told,
});
const joins = (channel: object, told: string): Mistake => ({
  go: (_bed, host) => host.channels.joined(untyped(channel)),
  told,
});

const MISTAKES: Readonly<Record<string, Mistake>> = {
  "an id for a result": returns("m1", `it is 'm1'; return { ids: ["…"] }, or nothing`),
  "a list of ids for a result": returns(["m1"], `it is [ 'm1' ]; return { ids: ["…"] }`),
  "another name in a result": returns({ id: "m1" }, "it is an object with id; return { ids"),
  "ids that are numbers": returns({ ids: [1] }, "ids has a value that is no text, or empty"),
  "a thread that was not announced": returns(
    { ids: ["1"], channel: "t1" },
    'channel is "t1", not announced: call host.channels.joined',
  ),
  "a result of an edit": {
    connection: { edit: () => untyped("m2") },
    go: (bed) => bed.core.editMessage({ channelId: bed.absolute("lobby") }, "m1", "x"),
    told: "it is 'm2'; return { ids",
  },
  "members in another form": {
    connection: { members: () => untyped(["ann"]) },
    go: (bed) => bed.core.listMembers(bed.absolute("lobby")).catch(() => undefined),
    told: "members(…) returned no list of members",
  },
  "the id of a message that is a number": emits({ id: 7 }, "id is number"),
  "a channel's absolute id": emits(
    { channel: "camp://test/lobby" },
    `channel is "camp://test/lobby"; give the network's own id, such as "lobby"`,
  ),
  "a user's absolute id": emits(
    { user: { id: "camp://test/ann" } },
    `user is "camp://test/ann"; give the network's own id, such as "ann"`,
  ),
  "a conversation as plugins write it": {
    go: (_bed, host) =>
      host.emit.typing({ conversation: untyped({ channelId: "lobby" }), user: "ann" }),
    told: `conversation is { channelId: 'lobby' }; give { kind: "channel", id }`,
  },
  "a private conversation by an absolute id": {
    go: (_bed, host) =>
      host.emit.typing({ conversation: { kind: "user", id: "camp://test/ann" }, user: "ann" }),
    told: `user is "camp://test/ann"; give the network's own id`,
  },
  "a thread as plugins read it": joins(
    { id: "t1", parent: "lobby" },
    "a channel has no parent; did you mean parentId?",
  ),
  "privacy that is no truth value": joins(
    { id: "ops", isPrivate: "yes" },
    "a channel's isPrivate is string, not true or false",
  ),
  "the absolute id of an answered author": emits(
    { replyTo: { messageId: "1", author: "camp://test/ann" } },
    `user is "camp://test/ann"; give the network's own id`,
  ),
  "the absolute id of an answered conversation": emits(
    { replyTo: { messageId: "1", conversation: { kind: "user", id: "camp://test/ann" } } },
    `replyTo.conversation is "camp://test/ann"; give the network's own id`,
  ),
  "the absolute id of who deletes": {
    go: (_bed, host) =>
      host.emit.deleted({
        ...{ conversation: { kind: "channel", id: "lobby" }, ids: ["1"], by: "camp://test/ann" },
      }),
    told: `user is "camp://test/ann"; give the network's own id`,
  },
  "the absolute id that a user had": {
    go: (_bed, host) => host.members.changed({ before: "camp://test/ann", user: "anna" }),
    told: `user is "camp://test/ann"; give the network's own id`,
  },
  "a thread in a channel by its absolute id": joins(
    { id: "t1", parentId: "camp://test/lobby" },
    `a channel's parentId is "camp://test/lobby"; give the network's own id, such as "lobby"`,
  ),
  "a channel left by its absolute id": {
    go: (_bed, host) => host.channels.left("camp://test/lobby"),
    told: `a channel's id is "camp://test/lobby"; give the network's own id, such as "lobby"`,
  },
  "a channel changed by its absolute id": {
    go: (_bed, host) => host.channels.changed({ id: "camp://test/lobby", topic: "tea" }),
    told: `a channel's id is "camp://test/lobby"; give the network's own id, such as "lobby"`,
  },
  "a capability without its function": {
    spec: { capabilities: { edit: "full" } },
    go: () => undefined,
    told: `edit is "full"; return a function edit, or leave it out`,
  },
  "a capability of one channel without its function": {
    spec: { capabilities: { channels: { lobby: { members: "partial" } } } },
    go: () => undefined,
    told: `members is "partial"; return a function members, or leave it out`,
  },
  "a channel joined by its absolute id": joins(
    { id: "camp://test/ops" },
    `a channel's id is "camp://test/ops"; give the network's own id, such as "ops"`,
  ),
};

async function start({ connection, spec }: Partial<Mistake>, timeoutMs = 5_000) {
  let host: BackendHost | undefined;
  const definition = backend("camp", {
    ...spec,
    connect: (given) => {
      host = given;
      given.channels.joined({ id: "lobby" });
      return { send: () => ({ ids: ["m1"] }), ...connection, close: () => undefined };
    },
  });
  const bed = await backendbed({ backend: definition, id: "test", timeoutMs });
  assert.ok(host !== undefined);
  return { bed, host };
}

for (const [what, mistake] of Object.entries(MISTAKES)) {
  test(what, async () => {
    const { bed, host } = await start(mistake);
    await using _ = bed;
    await mistake.go(bed, host);
    const warnings = bed.log.lines.filter(({ level }) => level === "warn");
    const told = warnings.map(({ fields }) => {
      const { problem, error } = fields as { problem?: string; error?: Error };
      return problem ?? error?.message ?? "";
    });
    assert.equal(told.length, 1);
    assert.ok(told[0]?.startsWith(mistake.told), told[0]);
    // It goes on.
    host.emit.message(said);
    assert.equal((await bed.nextEvent()).text, "hi");
  });
}

test("a channel of which core knows nothing is named once", async () => {
  const { bed, host } = await start({});
  await using _ = bed;
  for (let time = 0; time < 2; time++) host.emit.message({ ...said, channel: "attic" });
  const warnings = bed.log.lines.filter(({ level }) => level === "warn");
  assert.deepEqual(
    warnings.map(({ message, fields }) => [message, fields]),
    [
      [
        "an event is in a channel that was not announced: call host.channels.joined",
        { channel: "attic" },
      ],
    ],
  );
});

test("a message with a mention by an absolute id comes all the same, with one warning", async () => {
  const { bed, host } = await start({});
  await using _ = bed;
  const inner = mention({ userId: "camp://test/bob" }, "@bob");
  for (const block of [text`hi ${inner}`, text`!hug ${inner}`]) {
    host.emit.message({ channel: "lobby", user: "ann", block });
    await bed.nextEvent();
  }
  const warnings = bed.log.lines.filter(({ level }) => level === "warn");
  assert.deepEqual(
    warnings.map(({ message, fields }) => [message, fields]),
    [
      [
        "a mention names nobody",
        {
          problem: `a mention's id is "camp://test/bob"; give the network's own id, such as "bob"`,
        },
      ],
    ],
  );
});

test("a result that says nothing is none, and a channel may have fields of its own", async () => {
  for (const result of [undefined, null, true, {}, { ids: undefined }]) {
    const { bed, host } = await start({ connection: { send: () => untyped(result) } });
    await using _ = bed;
    host.channels.joined(untyped({ id: "x", parentId: "lobby", parent: {}, size: 7 }));
    assert.deepEqual((await send(bed)).ids, []);
    assert.deepEqual(
      bed.log.lines.filter(({ level }) => level === "warn"),
      [],
    );
  }
});

test("functions with a wrong name or type are refused when the network is connected", async () => {
  const rows = [
    [
      { setTypping: () => undefined },
      "the connection has no use for setTypping; did you mean setTyping?",
    ],
    [{ edit: true }, "the connection's edit is boolean, not a function"],
  ] as const;
  for (const [connection, told] of rows) {
    await assert.rejects(start({ connection: untyped(connection) }, 500), (reason: Error) =>
      reason.message.includes(told),
    );
  }
});

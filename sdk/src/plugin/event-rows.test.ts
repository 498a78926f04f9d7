/** The kinds of events of the messages extension, and the fields that each of them has. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type BackendChange,
  type ChannelChange,
  type EventSchema,
  type MemberChange,
  text,
} from "@seabird-chat/protocol";
import { EVENT_KINDS, isOriginalKind } from "./event-rows.ts";
import type { PluginEvent } from "./events.ts";
import { eventOf } from "./test/event-of.ts";

type Inner = NonNullable<MessageInitShape<typeof EventSchema>["inner"]>;

const ann = { id: "irc://net/ann", displayName: "Ann" };
const annAsUser = { ...ann, avatarUrl: "", isBot: false, account: "" };
const nobody = { id: "", displayName: "", avatarUrl: "", isBot: false, account: "" };
const inChannel = { where: { case: "channelId", value: "irc://net/#c" } } as const;
const inPrivate = { where: { case: "userId", value: ann.id } } as const;
const parrot = { text: ":parrot:", id: "17", url: "https://x.example/p.png" };

/** What the network gives, and the fields that follow, besides `kind`, `tags` and `raw`. */
const KINDS: readonly [Inner, object][] = [
  [
    {
      case: "messageEdited",
      value: { conversation: inPrivate, author: ann, text: "new", rootBlock: text("new") },
    },
    { conversation: { userId: ann.id }, user: annAsUser, text: "new", sender: "" },
  ],
  [
    { case: "messageEdited", value: { conversation: inChannel, sender: "bridge" } },
    { conversation: { channelId: "irc://net/%23c" }, user: nobody, text: "", sender: "bridge" },
  ],
  [
    {
      case: "messageDeleted",
      value: { conversation: inChannel, messageIds: ["1", "2"], by: ann, reason: "spam" },
    },
    {
      conversation: { channelId: "irc://net/%23c" },
      messageIds: ["1", "2"],
      by: annAsUser,
      reason: "spam",
      sender: "",
    },
  ],
  [
    { case: "messageDeleted", value: {} },
    { conversation: { channelId: "" }, messageIds: [], by: undefined, reason: "", sender: "" },
  ],
  [
    {
      case: "reaction",
      value: { conversation: inChannel, messageId: "1", user: ann, emoji: parrot, removed: true },
    },
    {
      conversation: { channelId: "irc://net/%23c" },
      messageId: "1",
      user: annAsUser,
      emoji: parrot,
      removed: true,
      sender: "",
    },
  ],
  [
    { case: "reaction", value: { conversation: inPrivate, messageId: "1", sender: "x" } },
    {
      conversation: { userId: ann.id },
      messageId: "1",
      user: nobody,
      emoji: { text: "", id: "", url: "" },
      removed: false,
      sender: "x",
    },
  ],
  [
    { case: "typing", value: { conversation: inPrivate, user: ann, isActive: true } },
    { conversation: { userId: ann.id }, user: annAsUser, isActive: true, expiresMs: 10_000 },
  ],
  [
    { case: "typing", value: { conversation: inPrivate, user: ann, expiresMs: 5_000 } },
    { conversation: { userId: ann.id }, user: annAsUser, isActive: false, expiresMs: 5_000 },
  ],
  ...(
    [
      ["joined", 1],
      ["left", 2],
      ["removed", 3],
      ["unknown", 9],
    ] as const
  ).map(([change, number]): [Inner, object] => [
    {
      case: "member",
      value: { channelId: "irc://net/#c", user: ann, change: number as MemberChange, by: ann },
    },
    { channelId: "irc://net/%23c", user: annAsUser, change, by: annAsUser, reason: "" },
  ]),
  [
    {
      case: "userChanged",
      value: { before: ann, user: { ...ann, displayName: "Anna", isBot: true, account: "a" } },
    },
    {
      before: annAsUser,
      user: { ...annAsUser, displayName: "Anna", isBot: true, account: "a" },
    },
  ],
  ...(
    [
      ["joined", 1],
      ["left", 2],
      ["changed", 3],
      ["unknown", 9],
    ] as const
  ).map(([change, number]): [Inner, object] => [
    {
      case: "channel",
      value: {
        change: number as ChannelChange,
        channel: {
          ...{ id: "irc://net/#c", displayName: "C", topic: "t", parentId: "irc://net/#d" },
          ...{ isPrivate: true, rootMessageId: "5" },
        },
      },
    },
    {
      change,
      channel: {
        ...{ id: "irc://net/%23c", name: "#c", displayName: "C", topic: "t" },
        ...{ parent: { id: "irc://net/%23d", name: "#d" }, isPrivate: true, rootMessageId: "5" },
      },
    },
  ]),
  ...(
    [
      ["connected", 1],
      ["disconnected", 2],
      ["networkLost", 3],
      ["networkBack", 4],
      ["unknown", 9],
    ] as const
  ).map(([change, number]): [Inner, object] => [
    {
      case: "backend",
      value: { change: number as BackendChange, backend: { id: "irc://net" }, reason: "ping" },
    },
    { change, backend: { id: "irc://net", type: "irc" }, reason: "ping" },
  ]),
  [
    {
      case: "sendResult",
      value: {
        sequence: 2n ** 60n,
        conversation: inChannel,
        result: { messageIds: ["7"], degraded: ["reply"] },
        error: "",
      },
    },
    {
      sequence: 2n ** 60n,
      conversation: { channelId: "irc://net/%23c" },
      messageIds: ["7"],
      degraded: ["reply"],
      error: "",
    },
  ],
  [
    { case: "sendResult", value: { error: "FAILED_PRECONDITION" } },
    {
      ...{ sequence: 0n, conversation: { channelId: "" }, messageIds: [], degraded: [] },
      error: "FAILED_PRECONDITION",
    },
  ],
];

for (const [inner, fields] of KINDS) {
  const shown = JSON.stringify(fields, (_, value) =>
    typeof value === "bigint" ? `${value}` : value,
  );
  test(`${inner.case} gives ${shown.slice(0, 200)}`, () => {
    const { kind, tags, raw, ...given } = eventOf({ inner, tags: { a: "1" } }) as PluginEvent &
      Record<string, unknown>;
    // Tested below: what messages alone have.
    const { rootBlock, message, ...rest } = given;
    assert.equal(kind, inner.case);
    assert.deepEqual(tags, { a: "1" });
    assert.equal(raw.inner.case, inner.case);
    assert.deepEqual(rest, fields);
  });
}

test("every kind of the extension is among those", () => {
  const named = new Set(KINDS.map(([{ case: kind }]) => kind));
  assert.deepEqual([...named].sort(), EVENT_KINDS.filter((kind) => !isOriginalKind(kind)).sort());
});

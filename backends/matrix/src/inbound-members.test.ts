/** Who comes, goes and has another name. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ann, bob, inPrivate, read } from "../test/room-fixture.ts";
import type { MatrixEvent } from "./inbound.ts";

suite("members", () => {
  const channel = "#lobby:a.example";
  const change = (content: object, prev_content: object | undefined, more: object = {}) => {
    const unsigned = prev_content === undefined ? {} : { unsigned: { prev_content } };
    const about = { type: "m.room.member", state_key: "@ann:a.example", ...unsigned };
    return read(content, { ...about, ...more });
  };
  const join = { membership: "join", displayname: "Ann" };
  const leave = { membership: "leave" };
  const ban = { membership: "ban", reason: "spam" };
  const byBob = { sender: "@bob:a.example" };
  const rows: readonly [
    what: string,
    events: readonly MatrixEvent[],
    expected: readonly object[],
  ][] = [
    ["joins", change(join, leave), [{ kind: "memberJoined", member: { channel, user: ann } }]],
    [
      "accepts an invitation",
      change(join, { membership: "invite" }),
      [{ kind: "memberJoined", member: { channel, user: ann } }],
    ],
    ["leaves", change(leave, join), [{ kind: "memberLeft", member: { channel, user: ann } }]],
    [
      "leaves with a reason, as one who is known",
      change({ ...leave, reason: "tea" }, undefined),
      [{ kind: "memberLeft", member: { channel, user: ann, reason: "tea" } }],
    ],
    [
      "is kicked",
      change(leave, join, byBob),
      [{ kind: "memberRemoved", member: { channel, user: ann, by: bob } }],
    ],
    [
      "is banned",
      change(ban, join, byBob),
      [{ kind: "memberRemoved", member: { channel, user: ann, reason: "spam", by: bob } }],
    ],
    ["is banned from outside", change(ban, leave, byBob), []],
    ["is no longer banned", change(leave, ban, byBob), []],
    ["is invited", change({ membership: "invite" }, leave, byBob), []],
    ["declines", change(leave, { membership: "invite" }), []],
    [
      "has another name",
      change({ ...join, displayname: "Anna" }, join),
      [{ kind: "userChanged", change: { before: ann, user: { id: ann.id, displayName: "Anna" } } }],
    ],
    ["has another picture", change({ ...join, avatar_url: "mxc://a/b" }, join), []],
    [
      "has a name with control characters",
      change({ ...join, displayname: " A\x1b[2J\n" }, join),
      [
        {
          kind: "userChanged",
          change: { before: ann, user: { id: ann.id, displayName: "A\ufffd[2J\ufffd" } },
        },
      ],
    ],
    [
      "has no name any more",
      change({ membership: "join" }, join),
      [{ kind: "userChanged", change: { before: ann, user: { id: ann.id } } }],
    ],
    ["nothing that can be read", change({ membership: 7 }, join), []],
    ["nobody", change(leave, join, { state_key: "ann" }), []],
    ["the bot", change(leave, join, { state_key: "@bot:a.example" }), []],
  ];
  for (const [what, events, expected] of rows) {
    test(what, () => assert.deepEqual(events, expected));
  }

  test("in private only names are told", () => {
    const about = { type: "m.room.member", state_key: "@ann:a.example" };
    assert.deepEqual(read(leave, { ...about, unsigned: { prev_content: join } }, inPrivate), []);
  });
});

/** What a test writes wrongly is an error that says what was wrong, and what would be right. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { mention, plugin, text } from "@seabird-chat/sdk";
import type { TestChannel } from "./conversations.ts";
import type { SaidMessage } from "./test-message.ts";
import { type Testbed, testbed } from "./testbed.ts";

interface Stage {
  readonly bed: Testbed;
  readonly room: TestChannel;
  readonly said: SaidMessage;
}

/** What code without types gives. */
const untyped = (value: unknown) => value as never;

const ROWS: Readonly<Record<string, (stage: Stage) => unknown>> = {
  'who reacts is undefined; write react("ann", "👍")': ({ said }) =>
    said.react(untyped(undefined), "👍"),
  'the emoji is undefined; write react("ann", "👍")': ({ said }) =>
    said.react("ann", untyped(undefined)),
  'react takes { removed }, not "remove"': ({ said }) =>
    said.react("ann", "👍", untyped({ remove: true })),
  "replyTo is 'm1'; give a message that say or expect resolved with": ({ room }) =>
    room.say("ann", "hi", { replyTo: untyped("m1") }),
  "replyTo is a promise; give a message": ({ room, said }) =>
    room.say("ann", "hi", { replyTo: untyped(said.edit("ho")) }),
  'say takes { tags, replyTo }, not "replyto"': ({ room, said }) =>
    room.say("ann", "hi", untyped({ replyto: said })),
  '!grab says nothing; write say("ann", "hi")': ({ room }) => room.say("!grab", untyped(undefined)),
  'who says something is undefined; write act("ann", "hi")': ({ room }) =>
    room.act(untyped(undefined), "hi"),
  'people mention by the network\'s own ids: "bob", not "irc://libera/bob"': ({ room }) =>
    room.say("ann", text`hi ${mention({ userId: "irc://libera/bob" })}`),
  'people mention by the network\'s own ids: "#x", not "irc://libera/%23x"': ({ said }) =>
    said.edit(mention({ channelId: "irc://libera/%23x" })),
  "the emoji is SaidMessage {": ({ room, said }) =>
    room.expectReaction(untyped(said), untyped("📌")),
  "the message that is reacted to is 'm1'; give": ({ room }) =>
    room.expectReaction("📌", untyped("m1")),
  "the edited message is 'm1'; give": ({ room }) => room.expectEdit("x", untyped("m1")),
  "the deleted message is 'spam'; give": ({ room }) => room.expectDeletion(untyped("spam")),
  "typing takes { isActive }, not false": ({ room }) => room.typing("ann", untyped(false)),
  'leave takes { reason, by }, not "By"': ({ room }) => room.leave("ann", untyped({ By: "moe" })),
  'who joins is undefined; write join("ann")': ({ room }) => room.join(untyped(undefined)),
  'no request is called "reaction"; there are send, action, edit': ({ room }) =>
    room.failNext(untyped("reaction"), "no"),
  'channel takes { backend, topic, isPrivate, parent }, not "private"': ({ bed }) =>
    bed.channel("#x", untyped({ private: true })),
  'a user takes { id, displayName, account, isBot, avatarUrl, tags }, not "nick"': ({ bed }) =>
    bed.user("ann", untyped({ nick: "x" })),
  'a user takes { id, displayName, account, isBot, avatarUrl, tags }, not "name"': ({ bed }) =>
    bed.changeUser("ann", untyped({ name: "x" })),
  'testbed takes { plugins, config, backends, without, ignoreLoops, seed, startAt, core, timeoutMs }, not "plugin"':
    () => testbed(untyped({ plugins: [], plugin: [] })),
  'a backend takes { name, commandPrefix, nick, metadata, without }, not "prefix"': () =>
    testbed({ plugins: [], backends: [untyped({ name: "irc/a", prefix: "?" })] }),
  "without takes a list, such as [\"edit\"], not 'edit'": () =>
    testbed({ plugins: [], without: untyped("edit") }),
};

for (const [message, go] of Object.entries(ROWS)) {
  test(message, async () => {
    await using bed = await testbed({ plugins: [plugin("quiet")] });
    const room = bed.channel("#games");
    const said = await room.say("ann", "hi");
    const isTold = (reason: unknown) => {
      assert.ok(reason instanceof TypeError);
      assert.ok(reason.message.startsWith(message), reason.message);
      return true;
    };
    await assert.rejects(async () => go({ bed, room, said }), isTold);
  });
}

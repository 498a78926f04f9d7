/** What the compiler knows of a context, for each kind of event: this file's types are its test. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Block } from "@seabird-chat/protocol";
import type { Conversation } from "../link/message-reference.ts";
import type { BackendRef, ChannelRef } from "./context.ts";
import type { KnownChannel, ReceivedEmoji, ReceivedMessage, User } from "./event-values.ts";
import type { SentOptions } from "./events.ts";
import { isPlugin, plugin } from "./plugin.ts";

/** True if both are the same type, not only assignable. */
type Same<X, Y> =
  (<T>() => T extends X ? 1 : 2) extends <T>() => T extends Y ? 1 : 2 ? true : false;

/** Compiles only if both are the same. */
function same<X, Y>(..._: Same<X, Y> extends true ? [] : [never]): void {}

test("each kind has its fields, and no others", () => {
  const typed = plugin("typed");
  typed.on(["message", "mention", "action", "privateMessage", "privateAction"], (ctx) => {
    same<typeof ctx.message, ReceivedMessage>();
    same<typeof ctx.user, User>();
    same<typeof ctx.conversation, Conversation>();
    same<typeof ctx.rootBlock, Block | undefined>();
  });
  typed.on("command", (ctx) => {
    same<typeof ctx.argBlock, Block | undefined>();
    same<typeof ctx.message, ReceivedMessage>();
    // @ts-expect-error a command has an argument, and no content besides
    ctx.rootBlock;
  });
  typed.command("x", "help", (ctx) => {
    same<typeof ctx.argBlock, Block | undefined>();
    same<typeof ctx.message, ReceivedMessage>();
    same<typeof ctx.conversation, Conversation>();
  });
  typed.on("sendMessage", (ctx) => {
    same<typeof ctx.options, SentOptions>();
    same<typeof ctx.sequence, bigint | undefined>();
    // @ts-expect-error what plugins send has no id yet
    ctx.message;
  });
  typed.on("messageEdited", (ctx) => {
    same<typeof ctx.message, ReceivedMessage>();
    same<typeof ctx.text, string>();
    same<typeof ctx.user, User>();
    same<typeof ctx.sender, string>();
    same<typeof ctx.conversation, Conversation>();
    same<typeof ctx.channel, ChannelRef | undefined>();
    void ctx.mentionReply("seen");
  });
  typed.on("messageDeleted", (ctx) => {
    same<typeof ctx.messageIds, readonly string[]>();
    same<typeof ctx.by, User | undefined>();
    same<typeof ctx.reason, string>();
    same<typeof ctx.channel, ChannelRef | undefined>();
    // @ts-expect-error nobody is known who could be answered
    ctx.reply;
    // @ts-expect-error its content is gone
    ctx.text;
  });
  typed.on("reaction", (ctx) => {
    same<typeof ctx.messageId, string>();
    same<typeof ctx.emoji, ReceivedEmoji>();
    same<typeof ctx.removed, boolean>();
    same<typeof ctx.user, User>();
    void ctx.ask("sure?");
    // @ts-expect-error of the message only the id is known
    ctx.message;
  });
  typed.on("typing", (ctx) => {
    same<typeof ctx.isActive, boolean>();
    same<typeof ctx.expiresMs, number>();
    same<typeof ctx.backend, BackendRef>();
    // @ts-expect-error nothing was said
    ctx.reply;
  });
  typed.on("member", (ctx) => {
    same<typeof ctx.change, "joined" | "left" | "removed" | "unknown">();
    same<typeof ctx.channel, ChannelRef>();
    same<typeof ctx.channelId, string>();
    same<typeof ctx.by, User | undefined>();
    void ctx.reply("welcome");
  });
  typed.on("userChanged", (ctx) => {
    same<typeof ctx.before, User>();
    same<typeof ctx.user, User>();
    same<typeof ctx.backend, BackendRef>();
    // @ts-expect-error it is in no conversation
    ctx.conversation;
  });
  typed.on("channel", (ctx) => {
    same<typeof ctx.change, "joined" | "left" | "changed" | "unknown">();
    same<typeof ctx.channel, KnownChannel>();
    same<typeof ctx.backend, BackendRef>();
  });
  typed.on("backend", (ctx) => {
    same<
      typeof ctx.change,
      "connected" | "disconnected" | "networkLost" | "networkBack" | "unknown"
    >();
    same<typeof ctx.backend, BackendRef>();
    // @ts-expect-error a backend is no channel
    ctx.channel;
  });
  typed.on("sendResult", (ctx) => {
    same<typeof ctx.sequence, bigint>();
    same<typeof ctx.messageIds, readonly string[]>();
    same<typeof ctx.error, string>();
    // @ts-expect-error answering it would be answered in turn
    ctx.reply;
  });
  assert.ok(isPlugin(typed));
});

test("several kinds are told apart by their kind", () => {
  const typed = plugin("typed");
  typed.on(["reaction", "messageDeleted"], (ctx) => {
    same<typeof ctx.conversation, Conversation>();
    if (ctx.kind === "reaction") same<typeof ctx.messageId, string>();
    else same<typeof ctx.messageIds, readonly string[]>();
  });
  typed.use(async (ctx, next) => {
    if (ctx.kind === "member") same<typeof ctx.channel, ChannelRef>();
    if ("reply" in ctx) await ctx.mentionReply("every kind that can be answered can be in full");
    await next();
  });
  // @ts-expect-error an option that there is not
  assert.throws(() => typed.on("reaction", () => {}, { plugins: true }), /plugins/);
  typed.on("reaction", () => {}, { includePlugins: true });
});

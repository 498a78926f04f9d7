/** Foreign clients, which know nothing of the messages extension, beside others that use all of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { create, fromJson, type JsonValue } from "@bufbuild/protobuf";
import {
  attachment,
  type Block,
  BlockSchema,
  bold,
  channelConversation,
  container,
  emoji,
  list,
  mention,
} from "@seabird-chat/protocol";
import { EVERYTHING } from "./new-backends.ts";
import { LANGUAGES } from "./programs.ts";
import { accepted, nextEvent, nextRequest, opened, playAll, type Scene } from "./stage.ts";

const FILE = attachment({ url: "https://x.y/cat.jpg", name: "cat.jpg" });
/** A block of a kind that is added after the messages extension. */
const LATER: Block = Object.assign(create(BlockSchema, { plain: "later" }), {
  $unknown: [{ no: 1_900, wireType: 2, data: Uint8Array.of(2, 8, 1) }],
});
const saying = (userId: string): Block =>
  container([
    mention({ userId }, "@ann"),
    " ",
    emoji(":parrot:", { id: "7" }),
    " ",
    FILE,
    " ",
    list(["a", bold("b")], { ordered: true }),
    " ",
    LATER,
  ]);
const WORDS = "@ann :parrot: cat.jpg: https://x.y/cat.jpg 1. a, 2. b later";

const words = (text: string) => ({ plain: text, text: { text } });
const kindless = (plain: string) => ({ plain });
const B = { plain: "b", bold: { inner: words("b") } };
const LIST = { plain: "1. a, 2. b", list: { inner: [words("a"), B] } };

/** What a client sees of `saying` that knows only the base protocol's blocks. */
const SEEN = {
  plain: WORDS,
  container: {
    inner: [
      kindless("@ann"),
      words(" "),
      kindless(":parrot:"),
      words(" "),
      kindless("cat.jpg: https://x.y/cat.jpg"),
      words(" "),
      LIST,
      words(" "),
      kindless("later"),
    ],
  },
};

const hearsAndRepeats: Scene = {
  name: "hears `plain` of blocks that it does not know, and may say it again",
  async play(stage) {
    const plugin = await stage.foreign("plugin");
    const events = await opened(plugin);
    const backend = stage.counterpart("backend").ingest();
    const backendInfo = { type: "irc", id: "new" };
    backend.push({ inner: { case: "hello", value: { backendInfo, capabilities: EVERYTHING } } });
    const channel = { channelId: "group", isPrivate: true };
    const thread = { channelId: "thread", parentId: "group", rootMessageId: "1" };
    backend.push({ inner: { case: "joinChannel", value: channel } });
    backend.push({ inner: { case: "joinChannel", value: thread } });
    const user = { id: "ann", avatarUrl: "https://x.y", isBot: true, account: "ann" };
    const info = { id: "1", sentAt: { seconds: 1n }, replyTo: { messageId: "0" }, referrer: "r" };
    const source = { channelId: "thread", user };
    const value = { source, rootBlock: saying("ann"), info };
    backend.push({ inner: { case: "message", value } });
    const conversation = channelConversation("thread");
    backend.push({ inner: { case: "messageDeleted", value: { conversation, messageIds: ["1"] } } });
    const command = { source, command: "hug", arg: "@ann", argBlock: saying("ann"), info };
    backend.push({ inner: { case: "command", value: command } });

    const absolute = { channelId: "irc://new/thread", user: { id: "irc://new/ann" } };
    const heard = await nextEvent(events);
    assert.deepEqual(heard, {
      message: { source: absolute, text: WORDS, rootBlock: SEEN },
      tags: { "core/original-format": "blocks" },
    });
    assert.deepEqual(await nextEvent(events), {
      command: { source: absolute, command: "hug", arg: "@ann" },
    });

    const { rootBlock } = heard["message"] as { rootBlock: unknown };
    const { channelId } = absolute;
    const repeated = plugin.call("sendMessage", { channelId, rootBlock: asBlock(rootBlock) });
    const { id, request } = await nextRequest(backend);
    const { sendMessage } = request as { sendMessage: { text: string; rootBlock: object } };
    // The list's numbers are in its field `is_ordered`, which is lost on the way.
    const unordered = (text: string) => text.replace(LIST.plain, "a, b");
    assert.equal(sendMessage.text, unordered(WORDS));
    const asTexts = JSON.stringify(allTexts(SEEN)).replaceAll(LIST.plain, "a, b");
    assert.deepEqual(sendMessage.rootBlock, JSON.parse(asTexts));
    const result = { messageIds: ["2"], degraded: ["emoji"] };
    backend.push({ id, inner: { case: "success", value: { result } } });
    assert.deepEqual(await repeated, { code: 0, message: "", response: {} });
    assert.ok("sendMessage" in (await nextEvent(events)));
    const { response } = await plugin.call("listChannels", { backendId: "irc://new" });
    assert.deepEqual(response, { channels: [{ id: "irc://new/group" }, { id: channelId }] });
  },
};

const isAskedInOldWords: Scene = {
  name: "as a backend is asked in words that it knows, and only for what it knows",
  async play(stage) {
    const plugin = stage.counterpart("plugin");
    const everything = plugin.events({}, ["*"]);
    await everything.headers();
    const backend = await accepted(await stage.foreign("backend"), plugin, "irc", "old");
    const channelId = "irc://old/%23c";
    const conversation = channelConversation(channelId);
    const options = {
      replyTo: { messageId: "1", author: { id: "irc://old/bea", displayName: "Bea" }, text: "so?" },
      startThread: true,
      referrer: "r",
      idempotencyKey: "k",
    };
    const rootBlock = saying("irc://old/ann");
    const said = plugin.call("sendMessage", { channelId, rootBlock, options });
    const { id, request } = await nextRequest(backend);
    const text = `> Bea: so?\n${WORDS}`;
    const message = {
      plain: WORDS,
      container: {
        inner: SEEN.container.inner.map((block) =>
          "text" in block || "list" in block || block.plain === "later"
            ? block
            : words(block.plain),
        ),
      },
    };
    assert.deepEqual(request, {
      sendMessage: {
        channelId: "#c",
        text,
        rootBlock: { plain: text, container: { inner: [words("> Bea: so?\n"), message] } },
        tags: { "core/original-format": "blocks" },
      },
    });
    backend.push({ id, inner: { case: "success", value: {} } });
    const { code, response } = await said;
    const { result } = response as { result: { degraded: string[]; sequence: string } };
    assert.equal(code, 0);
    assert.deepEqual(result.degraded, ["reply", "thread", "attachment", "mention", "emoji"]);

    const messageIds = ["1"];
    const refused = [
      await plugin.callMessages("editMessage", { conversation, messageIds, text: "x" }),
      await plugin.callMessages("deleteMessages", { conversation, messageIds }),
      await plugin.callMessages("react", { conversation, messageId: "1", emoji: { text: "👍" } }),
      await plugin.callMessages("setTyping", { conversation, isActive: true }),
      await plugin.callMessages("listMembers", { channelId }),
    ];
    const cannot = [
      "edit messages",
      "delete messages",
      "react to messages",
      "show typing",
      "list members",
    ];
    const expected = cannot.map((what) => ({ code: 9, message: `irc://old cannot ${what}` }));
    assert.deepEqual(refused, expected);

    backend.push({ inner: { case: "joinChannel", value: { channelId: "#c", displayName: "C" } } });
    const plain = plugin.call("sendMessage", { channelId, text: "next" });
    const next = await nextRequest(backend);
    assert.equal((next.request["sendMessage"] as { text: string }).text, "next");
    backend.push({ id: next.id, inner: { case: "success", value: {} } });
    assert.equal((await plain).code, 0);
    const kinds = ["backend", "sendMessage", "sendResult", "channel", "sendMessage", "sendResult"];
    const seen = [];
    while (seen.length < kinds.length) seen.push((await everything.next()).inner.case);
    assert.deepEqual(seen.sort(), kinds.sort());
    const info = await plugin.call("getChannelInfo", { channelId });
    assert.deepEqual(info.response, { channel: { id: channelId, displayName: "C" } });
  },
};

for (const language of LANGUAGES) {
  test(`a client in ${language} that knows nothing of messages`, (context) =>
    playAll(context, language, [hearsAndRepeats, isAskedInOldWords]));
}

/** As a plugin in this language holds it. */
function asBlock(json: unknown): Block {
  return fromJson(BlockSchema, json as JsonValue);
}

/** The same, with a text in place of each block without a kind. */
function allTexts(block: object): object {
  return JSON.parse(JSON.stringify(block), (_, value) =>
    Object.keys(value ?? {}).join() === "plain" ? words(value.plain) : value,
  );
}

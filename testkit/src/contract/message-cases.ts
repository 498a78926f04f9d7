/** Cases about ids, replies, edits, deletions, reactions, typing and members: by what a backend declares. */
import assert from "node:assert/strict";
import { attachment, container, emoji, mention } from "@seabird-chat/protocol";
import type { Capabilities, Conversation, Feature, SentMessage } from "@seabird-chat/sdk";
import { type ContractRun, PUBLIC_URL } from "./contract-run.ts";

type Check = (run: ContractRun) => Promise<void>;

export const MESSAGE_CASES: Readonly<Record<string, Check>> = {
  "what it cannot do is refused by core in its words, and what it can is done": async (run) => {
    const { bed } = run;
    const where = here(run);
    const can = await features(run);
    const id = await sentId(run, "to be tried");
    const rows: readonly (readonly [Feature, string, () => Promise<unknown>])[] = [
      ["edit", "edit messages", () => bed.core.editMessage(where, id, "edited")],
      ["react", "react to messages", () => bed.core.react(where, id, "👍")],
      ["delete", "delete messages", () => bed.core.deleteMessages(where, id)],
      ["typing", "show typing", () => bed.core.setTyping(where, true)],
      ["members", "list members", () => bed.core.listMembers(bed.absolute(run.network.channel))],
    ];
    for (const [feature, words, call] of rows) {
      if (can[feature] === "full") await call();
      else if (can[feature] === undefined) {
        const message = `${bed.id} cannot ${words}`;
        await assert.rejects(call(), { code: "failed_precondition", message });
      }
    }
  },

  "each message has an id of its own, if it declares ids": async (run) => {
    const { message_ids } = await features(run);
    const { channel, person } = run.network;
    const ids: string[] = [];
    for (const line of ["one", "two"]) {
      await person.say(channel, line);
      ids.push((await run.nextEvent("message")).id);
      const sent = await run.bed.send(channel, `sent ${line}`);
      if (message_ids === undefined) assert.deepEqual(sent.ids, []);
      if (message_ids === "full") assert.notEqual(sent.ids.length, 0);
      ids.push(...sent.ids);
    }
    if (message_ids !== "full") return;
    assert.ok(ids.every((id) => id !== "" && Buffer.byteLength(id) <= 512));
    assert.equal(new Set(ids).size, ids.length, "two messages have the same id");
  },

  "an answer names the message that it answers": async (run) => {
    const { bed, network } = run;
    const { channel, person } = network;
    const { reply } = await features(run);
    await person.say(channel, "a question");
    const asked = await run.nextEvent("message");
    const author = { ...asked.user, id: bed.absolute(asked.user.id) };
    const replyTo = { id: asked.id, author, text: asked.text };
    const sent = await bed.send(channel, "an answer", { replyTo });
    await run.untilSeen("an answer");
    if (asked.id !== "") assert.equal(sent.degraded.includes("reply"), reply === undefined);
    if (reply === undefined && asked.id !== "") await run.untilSeen("a question");
    if (person.reply === undefined) return;
    await person.reply(channel, sent.ids[0] ?? "", "thanks");
    assert.equal((await run.nextEvent("message")).replyTo, sent.ids[0]);
  },

  "people see what a plugin edits, deletes and reacts to": async (run) => {
    const { bed, network } = run;
    const { channel, person } = network;
    const where = here(run);
    const can = await features(run);
    const id = await sentId(run, "first words");
    if (can.react !== undefined && person.seenReactions !== undefined) {
      const reacted = () => person.seenReactions?.(channel) ?? [];
      const has = (emoji: string) =>
        reacted().some((each) => each.id === id && each.emoji === emoji);
      await bed.core.react(where, id, "👍");
      await bed.until("the reaction", () => has("👍"));
      await bed.core.react(where, id, "👍", { removed: true });
      await bed.until("the reaction's end", () => !has("👍"));
    }
    if (can.edit !== undefined && person.seenEdits !== undefined) {
      await bed.core.editMessage(where, id, "second words");
      await bed.until("the edit", () =>
        (person.seenEdits?.(channel) ?? []).some(
          (edit) => edit.id === id && edit.text.includes("second words"),
        ),
      );
    }
    if (can.delete !== undefined && person.seenDeletions !== undefined) {
      assert.deepEqual(await bed.core.deleteMessages(where, id), {});
      await bed.until("the deletion", () => person.seenDeletions?.(channel).includes(id) === true);
    }
  },

  "what people edit, delete, react to and type is reported": async (run) => {
    const { bed, network } = run;
    const { channel, person } = network;
    await person.say(channel, "first words");
    const { id } = await run.nextEvent("message");
    const isHere = (where: Conversation) =>
      assert.deepEqual(where, { channelId: bed.absolute(channel) });
    const isPerson = (user: { readonly id: string }) =>
      assert.equal(user.id, bed.absolute(person.id));
    if (person.edit !== undefined) {
      await person.edit(channel, id, "second words");
      const edited = await bed.nextReport("messageEdited");
      isHere(edited.conversation);
      isPerson(edited.user);
      assert.deepEqual([edited.message.id, edited.text], [id, "second words"]);
    }
    if (person.react !== undefined) {
      for (const removed of [false, true]) {
        await person.react(channel, id, "👍", removed);
        const reaction = await bed.nextReport("reaction");
        isHere(reaction.conversation);
        isPerson(reaction.user);
        assert.deepEqual(
          [reaction.messageId, reaction.emoji.text, reaction.removed],
          [id, "👍", removed],
        );
      }
    }
    if (person.type !== undefined) {
      await person.type(channel);
      const typing = await bed.nextReport("typing");
      isHere(typing.conversation);
      isPerson(typing.user);
    }
    if (person.delete !== undefined) {
      await person.delete(channel, id);
      const deleted = await bed.nextReport("messageDeleted");
      isHere(deleted.conversation);
      assert.deepEqual(deleted.messageIds, [id]);
    }
  },

  "people who come, go and are in a channel are known": async (run) => {
    const { bed, network } = run;
    const { channel, person } = network;
    const { members } = await features(run);
    const id = bed.absolute(person.id);
    if (members !== undefined) {
      const listed = await bed.core.listMembers(bed.absolute(channel));
      const ids = listed.members.map((member) => member.id);
      if (listed.isComplete) assert.ok(ids.includes(id), `${id} is not among ${ids.join(", ")}`);
    }
    if (person.comeAgain === undefined) return;
    await person.comeAgain(channel);
    for (const change of ["left", "joined"]) {
      const member = await bed.nextReport("member");
      assert.deepEqual(
        [member.change, member.channelId, member.user.id],
        [change, bed.absolute(channel), id],
      );
    }
  },

  "mentions, emoji and files are written so that they can be read": async (run) => {
    const { bed, network } = run;
    const { channel, person } = network;
    const said = container([
      mention({ userId: bed.absolute(person.id) }, `@${person.id}`),
      " ",
      emoji("👍"),
      " ",
      attachment({ name: "cat.jpg", url: "https://example.org/cat.jpg" }),
    ]);
    const { degraded } = await bed.send(channel, said);
    const can = await features(run);
    for (const feature of ["mention", "emoji", "attachment"] as const) {
      assert.equal(degraded.includes(feature), can[feature] === undefined, feature);
    }
    for (const words of [person.name ?? person.id, "👍", "https://example.org/cat.jpg"])
      await run.untilSeen(words);
  },

  "a plugin's file reaches people as file or link, and people's files can be read": async (run) => {
    const { bed, network } = run;
    const { channel, person } = network;
    const can = await features(run);
    const bytes = Buffer.from("meow");
    const file = await bed.core.upload({ bytes, name: "cat.txt" });
    const { degraded } = await bed.send(channel, container(["a file: ", file]));
    assert.equal(degraded.includes("attachment"), can.attachment === undefined);
    if (can.attachment !== undefined && person.seenFiles !== undefined) {
      const seen = () => (person.seenFiles?.(channel) ?? []).map((each) => Buffer.from(each));
      await bed.until("the person to get the file", () => seen().length > 0);
      assert.deepEqual(seen(), [bytes]);
    } else {
      await run.untilSeen(`${PUBLIC_URL}/media/`);
      const [link = ""] = LINK.exec(person.seen(channel).join("\n")) ?? [];
      assert.deepEqual(Buffer.from(await bed.readFile(link)), bytes);
    }
    if (person.postFile === undefined) return;
    await person.postFile(channel, { name: "dog.txt", bytes: Buffer.from("woof") });
    const [posted] = (await run.nextEvent("message")).attachments;
    assert.ok(posted !== undefined, "the message has no file");
    const url = await bed.core.attachmentUrl(posted);
    assert.notEqual(url, "");
    // What is behind a url of the network is not at core.
    if (posted.url !== "") return;
    assert.equal(Buffer.from(await bed.readFile(url)).toString(), "woof");
  },
};

const LINK = new RegExp(`${PUBLIC_URL}/media/[\\w-]{43}/cat\\.txt`);

function here({ bed, network }: ContractRun): Conversation {
  return { channelId: bed.absolute(network.channel) };
}

async function features(run: ContractRun): Promise<Capabilities["features"]> {
  return (await run.bed.core.capabilities(here(run))).features;
}

/** The id of a message just sent; one that nobody has where there are no ids. */
async function sentId({ bed, network }: ContractRun, words: string): Promise<string> {
  const { ids }: SentMessage = await bed.send(network.channel, words);
  return ids[0] ?? "none";
}

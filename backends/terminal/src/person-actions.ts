/** What people do with messages, by the lines that they type. */
import { attachment, type Block, type Target, text as textBlock } from "@seabird-chat/sdk/backend";
import { type Chat, currentRoom, toReference } from "./chat.ts";
import { showEmoji } from "./format.ts";
import { parseSaid, readMentions, type Typed } from "./inbound.ts";
import type { RememberedMessage } from "./messages.ts";
import { MAX_REACTIONS } from "./reactions.ts";

/** Messages that `/ids` lists. */
const MAX_LISTED = 10;

type Of<Kind extends Typed["kind"]> = Extract<Typed, { readonly kind: Kind }>;

export type Speech = Of<
  "message" | "mention" | "action" | "command" | "privateMessage" | "privateAction"
>;

/** Who does it, and by which line. */
export interface Typist {
  readonly person: string;
  readonly line: string;
}

export class PersonActions {
  readonly #chat: Chat;

  constructor(chat: Chat) {
    this.#chat = chat;
  }

  say(speech: Speech, { person, line }: Typist, answered?: RememberedMessage): void {
    const { host, display } = this.#chat;
    const said = speech.kind === "command" ? speech.arg : speech.text;
    const mentioning = this.#readMentions(said);
    const isCommand = speech.kind === "command";
    const whole = isCommand ? this.#commandLine(speech) : said;
    const block = (isCommand ? undefined : mentioning) ?? textBlock(whole);
    const { message, info } = this.#remember(speech, { person, text: whole, answered });
    display.typed(message, line, block);
    const incoming = { ...info, user: person, text: said, block: mentioning };
    switch (speech.kind) {
      case "message":
        host.emit.plainMessage({ ...incoming, channel: speech.channel });
        break;
      case "mention":
      case "action":
        host.emit[speech.kind]({ ...incoming, channel: speech.channel });
        break;
      case "command":
        host.emit.command({ ...speech, ...info, user: person, argBlock: mentioning });
        break;
      case "privateMessage":
      case "privateAction":
        host.emit[speech.kind](incoming);
        break;
    }
  }

  file({ channel, url, name }: Of<"file">, typist: Typist): void {
    const block = attachment({ url, name });
    this.#post(channel, block, name === "" ? url : name, typist);
  }

  /** Core asks for the bytes when somebody wants them. */
  localFile({ channel, path }: Of<"localFile">, typist: Typist): void {
    try {
      const file = this.#chat.files.add(path);
      this.#post(channel, attachment(file), file.name, typist);
    } catch (reason) {
      this.#chat.display.note(reason instanceof Error ? reason.message : String(reason));
    }
  }

  #post(channel: string, block: Block, text: string, { person, line }: Typist): void {
    const speech = { kind: "message", channel } as const;
    const { message, info } = this.#remember(speech, { person, text });
    this.#chat.display.typed(message, line, block);
    this.#chat.host.emit.plainMessage({ ...info, channel, user: person, block });
  }

  reply({ reference, text }: Of<"reply">, typist: Typist): void {
    this.#withMessage(reference, typist.person, (message) => {
      const { kind, id } = message.conversation;
      const { nick, command_prefix: commandPrefix } = this.#chat.host.config;
      const speech: Typed =
        kind === "user"
          ? { kind: "privateMessage", text }
          : parseSaid(text, { channel: id, nick, commandPrefix });
      if (isSpeech(speech)) this.say(speech, typist, message);
    });
  }

  change(typed: Of<"edit" | "delete" | "react">, person: string): void {
    if (typed.kind === "edit") this.#edit(typed, person);
    else if (typed.kind === "delete") this.#delete(typed, person);
    else this.#react(typed, person);
  }

  #edit({ reference, text }: Of<"edit">, person: string): void {
    const { host, messages, display } = this.#chat;
    this.#withMessage(reference, person, (message) => {
      if (message.isBot || message.author !== person) {
        display.note(`you can edit only what you said, not ${display.brief(message)}`);
        return;
      }
      messages.edit(message, text);
      const mentioning = this.#readMentions(text);
      display.edited(message, mentioning ?? textBlock(text));
      const { id, conversation, sentAt, replyTo } = message;
      const info = { id, sentAt, replyTo };
      host.emit.edited({ ...info, conversation, user: person, text, block: mentioning });
    });
  }

  /** Whoever is at the terminal deletes what they like. */
  #delete({ reference, reason }: Of<"delete">, person: string): void {
    const { host, messages, display, people } = this.#chat;
    this.#withMessage(reference, person, (message) => {
      if (person !== people.owner && (message.isBot || message.author !== person)) {
        display.note(`${person} can delete only what ${person} said`);
        return;
      }
      messages.delete(message);
      display.deleted(message, person, reason);
      const { id, conversation } = message;
      host.emit.deleted({ conversation, ids: [id], by: person, reason });
    });
  }

  #react({ reference, emoji, removed }: Of<"react">, person: string): void {
    const { host, display } = this.#chat;
    this.#withMessage(reference, person, (message) => {
      const { id: messageId, conversation, reactions } = message;
      const shown = emoji === undefined ? undefined : showEmoji({ text: emoji, id: "" });
      const changed = removed
        ? reactions.remove(person, shown)
        : reactions.add(person, shown ?? "");
      if (changed.length === 0) {
        display.note(
          removed
            ? `${person} has not reacted so`
            : `${person} has reacted so, or there are ${MAX_REACTIONS} reactions`,
        );
        return;
      }
      display.reacted(message, person, changed.join(" "), removed);
      for (const emoji of changed) {
        host.emit.reaction({ conversation, messageId, user: person, emoji, removed });
      }
    });
  }

  typing(person: string): void {
    const conversation = currentRoom(this.#chat);
    if (conversation !== undefined) this.#chat.host.emit.typing({ conversation, user: person });
  }

  rename(before: string, after: string): void {
    const { host, messages, people, display } = this.#chat;
    if (!people.rename(before, after)) {
      display.note(`there is a ${after} already`);
      return;
    }
    messages.rename(before, after);
    display.note(`${before} is now called ${after}`);
    host.members.changed({ before, user: after });
  }

  /** Somebody who was not in the room is. */
  enter(person: string, room: string): void {
    const { host, people } = this.#chat;
    if (people.enter(person, room)) host.members.joined({ channel: room, user: person });
  }

  leave(person: string, room: string): void {
    const { host, people, display } = this.#chat;
    if (people.leave(person, room)) {
      display.note(`${person} left ${room}`);
      host.members.left({ channel: room, user: person });
    } else display.note(`${person} is not in ${room}`);
  }

  listIds(): void {
    const { messages, display } = this.#chat;
    const here = currentRoom(this.#chat);
    const latest = here === undefined ? [] : messages.latest(here, MAX_LISTED);
    if (latest.length === 0) display.note("there are no messages yet");
    else display.note(...latest.map((message) => display.brief(message, true)));
  }

  listMembers(): void {
    const { rooms, people, host, display } = this.#chat;
    const { current } = rooms;
    if (current === undefined) display.note("you are in no room; /join one first");
    else {
      const names = [...people.in(current), `${host.config.nick} (bot)`];
      display.note(`in ${current}: ${names.join(" ")}`);
    }
  }

  #withMessage(
    reference: string,
    person: string,
    then: (message: RememberedMessage) => void,
  ): void {
    const { messages, display, rooms } = this.#chat;
    const message = messages.find(reference, currentRoom(this.#chat));
    const isTheirs =
      message?.conversation.kind === "channel" || message?.conversation.id === person;
    if (message === undefined || !isTheirs) {
      display.note(`there is no message ${JSON.stringify(reference)}; /ids lists the last ones`);
      return;
    }
    const { kind, id } = message.conversation;
    if (kind === "channel" && !rooms.has(id)) {
      display.note(`that was said in ${id}, which is closed; /join ${id} opens it`);
      return;
    }
    if (kind === "channel") this.enter(person, id);
    then(message);
  }

  #remember(
    speech: Pick<Speech, "kind"> & { readonly channel?: string },
    said: { person: string; text: string; answered?: RememberedMessage | undefined },
  ) {
    const { host, messages } = this.#chat;
    const { person, text, answered } = said;
    const conversation: Target =
      speech.channel === undefined
        ? { kind: "user", id: person }
        : { kind: "channel", id: speech.channel };
    if (speech.channel !== undefined) this.enter(person, speech.channel);
    const isAction = speech.kind === "action" || speech.kind === "privateAction";
    const replyTo = answered === undefined ? undefined : toReference(answered);
    const message = messages.add({
      conversation,
      kind: isAction ? "action" : "message",
      author: person,
      isBot: false,
      text,
      sentAt: host.clock.wallMs(),
      replyTo,
    });
    const { id, sentAt } = message;
    return { message, info: { id, sentAt, replyTo } };
  }

  #readMentions(text: string): Block | undefined {
    const { people, host } = this.#chat;
    return readMentions(text, (name) => people.has(name) || name === host.config.nick);
  }

  #commandLine({ command, arg }: Of<"command">): string {
    const name = `${this.#chat.host.config.command_prefix}${command}`;
    return arg === "" ? name : `${name} ${arg}`;
  }
}

export function isSpeech(typed: Typed): typed is Speech {
  return (
    typed.kind === "message" ||
    typed.kind === "mention" ||
    typed.kind === "action" ||
    typed.kind === "command" ||
    typed.kind === "privateMessage" ||
    typed.kind === "privateAction"
  );
}

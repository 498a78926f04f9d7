/** Parses a typed line: a message, an action or a command of the room. Pure. */
import {
  type Block,
  container,
  mention,
  recognise,
  text as textBlock,
} from "@seabird-chat/sdk/backend";
import { isName } from "./settings.ts";

/** A line longer than this is refused. */
export const MAX_LINE_CHARACTERS = 16_384;

export interface TypedIn {
  /** The room the person looks at; undefined when in none. */
  readonly channel: string | undefined;
  readonly nick: string;
  readonly commandPrefix: string;
}

export type Typed =
  | { readonly kind: "nothing" }
  | {
      readonly kind: "message" | "mention" | "action";
      readonly channel: string;
      readonly text: string;
    }
  | {
      readonly kind: "command";
      readonly channel: string;
      readonly command: string;
      readonly arg: string;
    }
  | { readonly kind: "privateMessage" | "privateAction"; readonly text: string }
  | { readonly kind: "join"; readonly channel: string }
  | { readonly kind: "leave"; readonly channel: string }
  | { readonly kind: "topic"; readonly channel: string; readonly topic: string }
  | { readonly kind: "rooms" | "help" | "quit" | "members" | "typing" }
  /** `reference`: which message is meant (see `Messages.find`). */
  | { readonly kind: "reply"; readonly reference: string; readonly text: string }
  | { readonly kind: "edit"; readonly reference: string; readonly text: string }
  | { readonly kind: "delete"; readonly reference: string; readonly reason: string }
  | {
      readonly kind: "react";
      readonly reference: string;
      /** Undefined only with `removed`: all of one's own. */
      readonly emoji: string | undefined;
      readonly removed: boolean;
    }
  | { readonly kind: "file"; readonly channel: string; readonly url: string; readonly name: string }
  | { readonly kind: "localFile"; readonly channel: string; readonly path: string }
  | { readonly kind: "ids"; readonly show: "latest" | "on" | "off" }
  /** `line`: what is said as this person; empty: everything from now on. */
  | { readonly kind: "as"; readonly name: string; readonly line: string }
  | { readonly kind: "nick"; readonly name: string }
  | { readonly kind: "wait"; readonly text: string }
  /** Said to the person alone. */
  | { readonly kind: "wrong"; readonly why: string };

export function parseLine(line: string, where: TypedIn): Typed {
  if (line.trim() === "") return { kind: "nothing" };
  if (line.length > MAX_LINE_CHARACTERS) {
    return { kind: "wrong", why: `a line has at most ${MAX_LINE_CHARACTERS} characters` };
  }
  if (line.startsWith("/") && !line.startsWith("//")) return parseSlash(line.slice(1), where);
  return parseSaid(line.startsWith("//") ? line.slice(1) : line, where);
}

type Slash = (rest: string, where: TypedIn) => Typed;

const SLASHES: Readonly<Record<string, Slash>> = {
  me: (text, where) =>
    text === ""
      ? wrong("/me what? For example: /me waves")
      : inRoom(where, (channel) => ({ kind: "action", channel, text })),
  msg: parsePrivate,
  join: (name) =>
    /^\S{1,64}$/.test(name)
      ? { kind: "join", channel: name }
      : wrong("which room? For example: /join #garden"),
  leave: (name, where) => {
    if (name !== "") return { kind: "leave", channel: name };
    return inRoom(where, (channel) => ({ kind: "leave", channel }));
  },
  reply: (rest) => onMessage("reply", rest, "/reply bob I think so too"),
  edit: (rest) => onMessage("edit", rest, "/edit -1 what I meant"),
  delete: (rest) => {
    const [reference, reason] = twoWords(rest);
    return reference === "" ? wrong(`${WHICH} /delete -1`) : { kind: "delete", reference, reason };
  },
  react: (rest) => onReaction(rest, false),
  unreact: (rest) => onReaction(rest, true),
  file: (rest, where) => {
    if (/^(~|\.\.?)?\//.test(rest)) {
      return inRoom(where, (channel) => ({ kind: "localFile", channel, path: rest }));
    }
    const [url, name] = twoWords(rest);
    return URL.canParse(url)
      ? inRoom(where, (channel) => ({ kind: "file", channel, url, name }))
      : wrong(
          "which file? For example: /file ./cat.jpg, or /file https://example.org/cat.jpg cat.jpg",
        );
  },
  typing: () => ({ kind: "typing" }),
  members: () => ({ kind: "members" }),
  ids: (show) =>
    show === "on" || show === "off" || show === ""
      ? { kind: "ids", show: show || "latest" }
      : wrong("/ids lists numbers, /ids on shows them, /ids off hides them"),
  as: (rest) => {
    const [name, line] = twoWords(rest);
    if (!isName(name)) return wrong("as whom? For example: /as bob hello");
    return /^\/as(\s|$)/i.test(line) ? wrong("one /as is enough") : { kind: "as", name, line };
  },
  nick: (name) =>
    isName(name) ? { kind: "nick", name } : wrong("which name? For example: /nick ann"),
  wait: (text) => ({ kind: "wait", text }),
  topic: (topic, where) => inRoom(where, (channel) => ({ kind: "topic", channel, topic })),
  rooms: () => ({ kind: "rooms" }),
  help: () => ({ kind: "help" }),
  quit: () => ({ kind: "quit" }),
};

/** What `/help` prints. */
export const SLASH_HELP: readonly string[] = [
  "/me TEXT            an action",
  "/msg TEXT           a private message to the bot",
  "/file PATH          a file of this machine: ./cat.jpg, ~/cat.jpg",
  "/file URL [NAME]    a file that is elsewhere",
  "/reply MSG TEXT     answers a message: its number, -1 for the last, a name for that person's last",
  "/edit MSG TEXT      changes your message",
  "/delete MSG [WHY]   deletes it",
  "/react MSG EMOJI    reacts; /unreact takes it back",
  "/ids [on|off]       lists messages with their numbers; on: shows them always",
  "/members            who is in the room",
  "/typing             you type",
  "/as NAME [LINE]     says it as somebody else; without LINE everything from now on",
  "/nick NAME          another name",
  "/wait [TEXT]        in a script: waits for what a plugin does, with TEXT in it",
  "/join ROOM          opens a room, or shows it",
  "/leave [ROOM]       closes it",
  "/topic [TEXT]       shows or sets the topic",
  "/rooms              lists the rooms",
  "/quit               leaves",
];

const WHICH = "which message? Its number (/ids), -1 for the last, or a name. For example:";

function onMessage(kind: "reply" | "edit", rest: string, example: string): Typed {
  const [reference, text] = twoWords(rest);
  return text === "" ? wrong(`${WHICH} ${example}`) : { kind, reference, text };
}

function onReaction(rest: string, removed: boolean): Typed {
  const [reference, emoji] = twoWords(rest);
  const isEmoji = /^\S{1,32}$/.test(emoji);
  if (reference === "" || (emoji === "" ? !removed : !isEmoji)) {
    return wrong(`${WHICH} /${removed ? "unreact" : "react"} -1 👍`);
  }
  return { kind: "react", reference, emoji: emoji || undefined, removed };
}

/** The first word, and what follows the blanks behind it. */
function twoWords(rest: string): readonly [string, string] {
  const [, word = "", after = ""] = /^(\S*)\s*(.*)$/su.exec(rest) ?? [];
  return [word, after];
}

function parseSlash(line: string, where: TypedIn): Typed {
  const [word, rest] = twoWords(line);
  const name = word.toLowerCase();
  const slash = Object.hasOwn(SLASHES, name) ? SLASHES[name] : undefined;
  if (slash === undefined) return wrong(`there is no /${word}; /help lists what there is`);
  return slash(rest.trim(), where);
}

/** `/msg text`, `/msg seabird text`, and `/msg /me waves`. */
function parsePrivate(rest: string, { nick }: TypedIn): Typed {
  const [to, after] = twoWords(rest);
  const isNamed = to.toLowerCase() === nick.toLowerCase() && after !== "";
  const text = isNamed ? after : rest;
  if (text === "") return wrong(`/msg what? For example: /msg hello, ${nick}`);
  if (!/^\/me\s/i.test(text)) return { kind: "privateMessage", text };
  return { kind: "privateAction", text: text.slice(3).trim() };
}

/** What a text is that is said in a room. */
export function parseSaid(text: string, where: TypedIn): Typed {
  return inRoom(where, (channel) => {
    const { nick, commandPrefix: prefix } = where;
    const recognised = recognise(text, { prefix, self: { name: nick } });
    if (recognised.kind === "command") return { channel, ...recognised };
    if (recognised.kind === "mention") {
      return { kind: "mention", channel, text: text.slice(recognised.skip).trim() };
    }
    return { kind: "message", channel, text };
  });
}

function inRoom(where: TypedIn, typed: (channel: string) => Typed): Typed {
  return where.channel === undefined
    ? wrong("you are in no room; /join one first")
    : typed(where.channel);
}

function wrong(why: string): Typed {
  return { kind: "wrong", why };
}

const MENTIONS = /(?<=^|[\s(])@([^\s\p{Cc}]{1,64})/gu;

/** A text with its mentions: `@bob` is one of bob, if there is one. Undefined if nobody is mentioned. */
export function readMentions(
  typed: string,
  hasPerson: (name: string) => boolean,
): Block | undefined {
  const blocks: Block[] = [];
  let at = 0;
  for (const { 1: word = "", index } of typed.matchAll(MENTIONS)) {
    const name = toName(word, hasPerson);
    if (name === undefined) continue;
    if (index > at) blocks.push(textBlock(typed.slice(at, index)));
    blocks.push(mention({ userId: name }));
    at = index + 1 + name.length;
  }
  if (at === 0) return undefined;
  return container(at < typed.length ? [...blocks, textBlock(typed.slice(at))] : blocks);
}

/** A sign behind a name is no part of it, unless somebody is called so. */
function toName(word: string, hasPerson: (name: string) => boolean): string | undefined {
  if (hasPerson(word)) return word;
  const shorter = word.replace(/[\p{P}\p{S}]$/u, "");
  return shorter === word || shorter === "" ? undefined : toName(shorter, hasPerson);
}

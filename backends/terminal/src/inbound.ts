/** Parses a typed line: a message, an action or a command of the room. Pure. */
import { recognise } from "@seabird-chat/sdk/backend";

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
  | { readonly kind: "rooms" | "help" | "quit" }
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
  topic: (topic, where) => inRoom(where, (channel) => ({ kind: "topic", channel, topic })),
  rooms: () => ({ kind: "rooms" }),
  help: () => ({ kind: "help" }),
  quit: () => ({ kind: "quit" }),
};

/** What `/help` prints. */
export const SLASH_HELP: readonly string[] = [
  "/me TEXT          an action",
  "/msg TEXT         a private message to the bot",
  "/join ROOM        opens a room, or shows it",
  "/leave [ROOM]     closes it",
  "/topic [TEXT]     shows or sets the topic",
  "/rooms            lists the rooms",
  "/quit             leaves",
];

function parseSlash(line: string, where: TypedIn): Typed {
  const [, word = "", rest = ""] = /^(\S*)\s*(.*)$/su.exec(line) ?? [];
  const name = word.toLowerCase();
  const slash = Object.hasOwn(SLASHES, name) ? SLASHES[name] : undefined;
  if (slash === undefined) return wrong(`there is no /${word}; /help lists what there is`);
  return slash(rest.trim(), where);
}

/** `/msg text`, `/msg seabird text`, and `/msg /me waves`. */
function parsePrivate(rest: string, { nick }: TypedIn): Typed {
  const [, to = "", after = ""] = /^(\S*)\s*(.*)$/su.exec(rest) ?? [];
  const isNamed = to.toLowerCase() === nick.toLowerCase() && after !== "";
  const text = isNamed ? after : rest;
  if (text === "") return wrong(`/msg what? For example: /msg hello, ${nick}`);
  if (!/^\/me\s/i.test(text)) return { kind: "privateMessage", text };
  return { kind: "privateAction", text: text.slice(3).trim() };
}

function parseSaid(text: string, where: TypedIn): Typed {
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

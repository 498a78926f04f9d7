/** One event as a line for people. */
import type { EventKind, EventOf, PluginEvent, User } from "@seabird-chat/sdk";
import { safeText } from "../terminal/safe-text.ts";
import { formatClock } from "../terminal/times.ts";
import { lastSegment, shortPlace } from "./event-line.ts";
import { isSendOpen, sendFailureText } from "./send-failure.ts";
import type { TailEntry } from "./transcript.ts";

export type LineStyle =
  | "bold"
  | "dim"
  | "red"
  | "green"
  | "yellow"
  | "cyan"
  | "magenta"
  | "blue"
  | "redBright";

export interface LineOptions {
  /** Colours, if there are any. */
  style(style: LineStyle, text: string): string;
  /** Whether ids of messages are shown. */
  readonly withIds: boolean;
}

/** What a row gets of an event; everything in it is safe for a terminal. */
interface Parts {
  /** Who did it, coloured. */
  readonly who: string;
  /** The same, with an arrow for a plugin. */
  readonly doer: string;
  /** What it says, with the message in front that it answers; a command with its prefix. */
  readonly text: string;
  /** The message that it is about, by what it said or by number. */
  readonly about: string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
}

type Rows = { readonly [K in EventKind]: (parts: Parts, event: EventOf<K>) => string };

/** What a person reads of a quoted or named message, in UTF-16 units. */
const EXCERPT_LENGTH = 40;

const ROWS: Rows = {
  message: ({ who, text }) => `<${who}> ${text}`,
  mention: ({ who, text, dim }) => `<${who}> ${dim("(to the bot)")} ${text}`,
  command: ({ who, text }) => `<${who}> ${text}`,
  action: ({ who, text }) => `* ${who} ${text}`,
  privateMessage: ({ who, text, dim }) => `<${who}> ${dim("(private)")} ${text}`,
  privateAction: ({ who, text, dim }) => `* ${who} ${dim("(private)")} ${text}`,
  sendMessage: ({ who, text, dim }) => `${dim("→")} <${who}> ${text}`,
  sendPrivateMessage: ({ who, text, dim }) => `${dim("→")} <${who}> ${text}`,
  performAction: ({ who, text, dim }) => `${dim("→")} * ${who} ${text}`,
  performPrivateAction: ({ who, text, dim }) => `${dim("→")} * ${who} ${text}`,
  messageEdited: ({ doer, text, dim }) => `<${doer}> ${dim("(edited)")} ${text}`,
  messageDeleted: ({ doer, about, red, dim }, { by, sender, reason }) => {
    const someone = by === undefined && sender === "" ? "" : ` by ${doer}`;
    return `${red("deleted")}${someone}: ${about}${because(reason, dim)}`;
  },
  reaction: ({ doer, about, dim }, { user, sender, emoji, removed }) => {
    const what = safeText(emoji.text || emoji.id);
    if (!removed) return `${doer} reacts ${what} ${dim("to")} ${about}`;
    const taken = what === "" ? "all reactions" : what;
    const isEverybody = user.id === "" && sender === "";
    if (isEverybody) return `${taken} ${dim("removed from")} ${about}`;
    return `${doer} takes back ${taken} ${dim("from")} ${about}`;
  },
  typing: ({ who, dim }, { isActive }) => `${who} ${dim(isActive ? "is typing" : "stops typing")}`,
  member: ({ who, red, green, dim }, { change, by, reason }) => {
    const remover = by === undefined ? "" : ` by ${nameOf(by)}`;
    const CHANGES = {
      joined: green("has joined"),
      left: red("has left"),
      removed: red(`was removed${remover}`),
      unknown: "changed",
    };
    return `${who} ${CHANGES[change]}${because(reason, dim)}`;
  },
  userChanged: ({ who, dim }, { before, user }) => {
    const old = nameOf(before);
    if (old !== nameOf(user)) return `${old} ${dim("is now")} ${who}`;
    const account = user.account === before.account ? "" : safeText(user.account || "none");
    return `${who} ${dim(account === "" ? "has changed" : `has the account ${account}`)}`;
  },
  channel: ({ text, dim, red, green }, { change }) => {
    if (change === "joined") return green("the bot has joined");
    if (change === "left") return red("the bot has left");
    return `${dim("the channel has changed, topic:")} ${text || "-"}`;
  },
  backend: ({ red, green, dim }, { change, reason }) => {
    const CHANGES = {
      connected: green("the backend is connected"),
      disconnected: red("the backend is disconnected"),
      networkLost: red("the network is lost"),
      networkBack: green("the network is back"),
      unknown: "the backend has changed",
    };
    return `${CHANGES[change]}${because(reason, dim)}`;
  },
  sendResult: ({ who, about, red, green, dim }, { error, degraded }) => {
    const what = `<${who}> ${about}`;
    const lost = degraded.length === 0 ? "" : ` ${dim(`without ${safeText(degraded.join(", "))}`)}`;
    if (error === "") return `${green("✓")} ${what}${lost}`;
    const mark = red(isSendOpen(error) ? "?" : "✗");
    return `${mark} ${what} ${red(safeText(sendFailureText(error)))}${lost}`;
  },
  unknown: ({ dim }) => dim("(an event of a later edition of the protocol; --json shows it)"),
};

export function humanLine(entry: TailEntry, options: LineOptions): string {
  const { at, event, line } = entry;
  const { style, withIds } = options;
  const place = style("bold", safeText(shortPlace(line.place) || "?"));
  const ids =
    withIds && line.ids.length > 0 ? [style("dim", `[${safeText(line.ids.join(" "))}]`)] : [];
  const said = arrange(event, partsOf(entry, options));
  return [style("dim", formatClock(at)), place, ...ids, said].join(" ");
}

function arrange<K extends EventKind>(event: EventOf<K> & { kind: K }, parts: Parts): string {
  return ROWS[event.kind](parts, event);
}

function partsOf({ event, line, about }: TailEntry, { style }: LineOptions): Parts {
  const who = style(senderStyle(line.sender), safeText(line.sender || "?")) + personaOf(event);
  const isPlugin = "sender" in event && event.sender !== "";
  const dim = (text: string) => style("dim", text);
  const quote = quoteOf(event);
  const said =
    event.kind === "command" ? style("bold", `!${safeText(line.text)}`) : safeText(line.text);
  return {
    who,
    doer: isPlugin ? `${dim("→")} ${who}` : who,
    text: quote === "" ? said : `${dim(quote)} ${said}`,
    about: about === undefined ? messages(line.ids.length) : excerpt(about),
    dim,
    red: (text) => style("red", text),
    green: (text) => style("green", text),
  };
}

/** Another name that a plugin sends under. */
function personaOf(event: PluginEvent): string {
  const persona = "options" in event ? event.options.persona : undefined;
  return persona === undefined ? "" : ` as ${safeText(persona.displayName || persona.id)}`;
}

/** The message that this one answers, in brief. */
function quoteOf(event: PluginEvent): string {
  const replied =
    "options" in event
      ? event.options.replyTo
      : "message" in event
        ? event.message.replyTo
        : undefined;
  if (replied === undefined) return "";
  const author = replied.author === undefined ? "" : nameOf(replied.author);
  const text = replied.text === "" ? "" : excerpt(replied.text);
  return ["↩", author, text].filter(Boolean).join(" ");
}

function nameOf({ displayName, id }: Pick<User, "displayName" | "id">): string {
  return safeText(displayName || lastSegment(id) || "?");
}

function excerpt(text: string): string {
  const safe = safeText(text);
  if (safe.length <= EXCERPT_LENGTH) return `“${safe}”`;
  return `“${safe.slice(0, EXCERPT_LENGTH - 1).toWellFormed()}…”`;
}

function messages(count: number): string {
  return count === 1 ? "a message" : `${count} messages`;
}

function because(reason: string, dim: Parts["dim"]): string {
  return reason === "" ? "" : dim(` (${safeText(reason)})`);
}

const SENDER_STYLES = ["cyan", "green", "yellow", "magenta", "blue", "redBright"] as const;

function senderStyle(name: string): (typeof SENDER_STYLES)[number] {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return SENDER_STYLES[sum % SENDER_STYLES.length] ?? "cyan";
}

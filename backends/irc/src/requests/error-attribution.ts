/** Attributes a line of the server, an error or an echo, to the request that it answers. Pure. */

import { plainReason } from "../formatting/codes.ts";
import type { IrcMessage } from "../message/irc-message.ts";
import type { IrcState } from "../state/irc-state.ts";
import type { IrcRequest, SuccessCondition } from "./irc-request.ts";
import type { PendingRequest } from "./pending-request.ts";

/** Errors of NICK: they name a nick, but do not concern a message to it. */
const NICK_ERRORS = new Set(["431", "432", "433", "436", "438", "447"]);
/** A nick or a channel is temporarily unavailable; either may be named. */
const UNAVAILABLE = "437";
/** Errors of the line just read, without a target: no recipient, no text, line too long. */
const LINE_ERRORS = new Set(["411", "412", "417"]);
/** The server drops a command and asks to try again later. The one error below 400. */
export const TRY_AGAIN = "263";
/** Errors that name the command instead of a target: unknown command, too few parameters. */
const COMMAND_ERRORS = new Set([TRY_AGAIN, "421", "461"]);
/** A channel cannot be joined. (477 is also sent for messages.) */
const JOIN_ERRORS = new Set(["405", "470", "471", "473", "474", "475", "476", "489", "520"]);
/** A channel does not accept the message. */
const SEND_ERRORS = new Set(["404"]);

type Names = Pick<IrcState, "isChannel" | "isSame">;

/** A numeric that refuses something, or a standard reply (IRCv3) that does. */
export function isRefusal({ command }: Pick<IrcMessage, "command">): boolean {
  return command === "FAIL" || command === TRY_AGAIN || /^[4-9]\d\d$/.test(command);
}

/** `404 Cannot send to channel`: the code and the server's own text, without formatting. */
export function reasonOf({ command, params }: Pick<IrcMessage, "command" | "params">): string {
  const code = command === "FAIL" ? (params[1] ?? command) : command;
  return `${code} ${plainReason(params.at(-1) ?? "")}`.trim();
}

/**
 * What may have been refused to JOINs: the channels, separated by commas (undefined: all that are not
 * answered), the code and the server's text. undefined: nothing.
 */
export function joinRefusalOf(message: Pick<IrcMessage, "command" | "params">) {
  if (!isRefusal(message)) return undefined;
  const { command, params } = message;
  const text = params.at(-1) ?? "";
  if (command === TRY_AGAIN) {
    const isJoin = params[1]?.toUpperCase() === "JOIN";
    return isJoin ? ({ channels: undefined, why: [command, text] } as const) : undefined;
  }
  if (command !== "FAIL") return { channels: params[1] ?? "", why: [command, text] } as const;
  const [what, code = "", ...context] = params;
  if (what?.toUpperCase() !== "JOIN") return undefined;
  const named = context.slice(0, -1).join();
  return { channels: named === "" ? undefined : named, why: [code, text] } as const;
}

/** Whether it carries a message. */
export function isMessage({ command }: Pick<IrcMessage, "command">): boolean {
  return command === "PRIVMSG" || command === "NOTICE";
}

/** Whether the error can concern the request. `state` knows which names are the same. */
export function concerns(
  { command, params }: IrcMessage,
  { target, lines, success }: Pick<IrcRequest, "target" | "lines" | "success">,
  state: Names,
): boolean {
  if (command === "FAIL") return failConcerns(params, target, lines, state);
  const [, named] = params;
  if (LINE_ERRORS.has(command)) return true;
  if (named === undefined) return false;
  if (COMMAND_ERRORS.has(command)) return lines[0]?.startsWith(`${named.toUpperCase()} `) === true;
  if (!canConcern(command, success.kind, state.isChannel(named))) return false;
  return state.isSame(named, target);
}

function canConcern(
  numeric: string,
  kind: SuccessCondition["kind"],
  namesChannel: boolean,
): boolean {
  if (NICK_ERRORS.has(numeric)) return false;
  if (numeric === UNAVAILABLE) return namesChannel;
  if (JOIN_ERRORS.has(numeric)) return kind === "joined";
  return !SEND_ERRORS.has(numeric) || kind === "sent" || kind === "accepted";
}

/** `FAIL PRIVMSG CODE #channel :text`; some name no target, and some, by `*`, no command. */
function failConcerns(
  [command = "", , ...context]: readonly string[],
  target: string,
  lines: readonly string[],
  state: Names,
): boolean {
  const isOurs = command === "*" || lines[0]?.startsWith(`${command.toUpperCase()} `) === true;
  if (!isOurs) return false;
  const named = context.slice(0, -1);
  return named.length === 0 || named.some((name) => state.isSame(name, target));
}

/**
 * The line that an echo belongs to: the oldest with the same text to the same target, else (a
 * server may change the text, such as by dropping colours) the oldest to that target.
 */
export function findEcho(
  { command, params: [target = "", text = ""] }: Pick<IrcMessage, "command" | "params">,
  requests: readonly PendingRequest[],
  state: Names,
): { readonly pending: PendingRequest; readonly index: number } | undefined {
  let found: { readonly pending: PendingRequest; readonly index: number } | undefined;
  for (const pending of requests) {
    const { request, confirmation } = pending;
    if (confirmation !== "echo" || !state.isSame(target, request.target)) continue;
    for (const [index, line] of request.lines.entries()) {
      if (!pending.isUnanswered(index) || !line.startsWith(`${command} `)) continue;
      if (line.slice(line.indexOf(" :") + 2) === text) return { pending, index };
      found ??= { pending, index };
    }
  }
  return found;
}

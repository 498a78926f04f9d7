/** Which request a line of the server can be about: an error, or the echo of what we said. Pure. */

import { stripCodes } from "../formatting/codes.ts";
import { MAX_REASON } from "../limits.ts";
import type { IrcMessage } from "../message/irc-message.ts";
import type { IrcState } from "../presence/irc-state.ts";
import type { IrcRequest } from "./irc-request.ts";
import type { PendingRequest } from "./pending-request.ts";
import type { SuccessCondition } from "./success-condition.ts";

/** About a nick we asked for; they name a nick, but are not about a message to it. */
const NICK_ERRORS = new Set(["431", "432", "433", "436", "438", "447"]);
/** A nick or channel that is unavailable for a while: either may be named. */
const UNAVAILABLE = "437";
/** About the line just read, without a target: no recipient, no text, line too long. */
const LINE_ERRORS = new Set(["411", "412", "417"]);
/** They name the command instead of a target: unknown command, not enough parameters. */
const COMMAND_ERRORS = new Set(["421", "461"]);
/** A channel cannot be joined. (477 is also said of messages.) */
const JOIN_ERRORS = new Set(["405", "470", "471", "473", "474", "475", "476", "489", "520"]);
/** A channel cannot be spoken in. */
const SAYING_ERRORS = new Set(["404"]);

type Names = Pick<IrcState, "isChannel" | "isSame">;

/** A numeric that refuses something, or a standard reply (IRCv3) that does. */
export function isRefusal({ command }: Pick<IrcMessage, "command">): boolean {
  return command === "FAIL" || /^[4-9]\d\d$/.test(command);
}

/** `404 Cannot send to channel`: the server's own words, without formatting. */
export function reasonOf({ command, params }: Pick<IrcMessage, "command" | "params">): string {
  const code = command === "FAIL" ? (params[1] ?? command) : command;
  const words = stripCodes(params.at(-1) ?? "").slice(0, MAX_REASON);
  return `${code} ${words.toWellFormed()}`.trim();
}

/** Whether somebody says something with it. */
export function isSpeech({ command }: Pick<IrcMessage, "command">): boolean {
  return command === "PRIVMSG" || command === "NOTICE";
}

/** Whether the error can be about the request. `state` tells which names are the same. */
export function isAbout(
  { command, params }: IrcMessage,
  { target, lines, expect }: Pick<IrcRequest, "target" | "lines" | "expect">,
  state: Names,
): boolean {
  if (command === "FAIL") return failsThis(params, target, lines, state);
  const [, named] = params;
  if (LINE_ERRORS.has(command)) return true;
  if (named === undefined) return false;
  if (COMMAND_ERRORS.has(command)) return lines[0]?.startsWith(`${named.toUpperCase()} `) === true;
  if (!canConcern(command, expect.kind, state.isChannel(named))) return false;
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
  return !SAYING_ERRORS.has(numeric) || kind === "said";
}

/** `FAIL PRIVMSG CODE #channel :words`; some name no target. */
function failsThis(
  [command = "", , ...context]: readonly string[],
  target: string,
  lines: readonly string[],
  state: Names,
): boolean {
  if (lines[0]?.startsWith(`${command.toUpperCase()} `) !== true) return false;
  const named = context.slice(0, -1);
  return named.length === 0 || named.some((name) => state.isSame(name, target));
}

/**
 * The line that an echo is of: the oldest that says the same to the same target, else (a server
 * may change the words, such as by dropping colours) the oldest to that target.
 */
export function findEcho(
  { command, params: [target = "", words = ""] }: Pick<IrcMessage, "command" | "params">,
  requests: readonly PendingRequest[],
  state: Names,
): { readonly pending: PendingRequest; readonly index: number } | undefined {
  let found: { readonly pending: PendingRequest; readonly index: number } | undefined;
  for (const pending of requests) {
    const { request, signal } = pending;
    if (signal !== "echo" || !state.isSame(target, request.target)) continue;
    for (const [index, line] of request.lines.entries()) {
      if (!pending.isUnanswered(index) || !line.startsWith(`${command} `)) continue;
      if (line.slice(line.indexOf(" :") + 2) === words) return { pending, index };
      found ??= { pending, index };
    }
  }
  return found;
}

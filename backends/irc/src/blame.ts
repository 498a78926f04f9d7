/** Which request an error of the server can be about. Pure. */
import type { IrcMessage } from "irc-framework";
import type { NetworkState } from "./network-state.ts";
import type { Expectation, IrcRequest } from "./verdicts.ts";

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

/** Whether the error can be about the request. `state` tells which names are the same. */
export function isAbout(
  { command, params }: IrcMessage,
  { target, lines, expect }: Pick<IrcRequest, "target" | "lines" | "expect">,
  state: Pick<NetworkState, "isChannel" | "isSame">,
): boolean {
  const [, named] = params;
  if (LINE_ERRORS.has(command)) return true;
  if (named === undefined) return false;
  if (COMMAND_ERRORS.has(command)) return lines[0]?.startsWith(`${named.toUpperCase()} `) === true;
  if (!canConcern(command, expect.kind, state.isChannel(named))) return false;
  return state.isSame(named, target);
}

function canConcern(numeric: string, kind: Expectation["kind"], namesChannel: boolean): boolean {
  if (NICK_ERRORS.has(numeric)) return false;
  if (numeric === UNAVAILABLE) return namesChannel;
  if (JOIN_ERRORS.has(numeric)) return kind === "joined";
  return !SAYING_ERRORS.has(numeric) || kind === "said";
}

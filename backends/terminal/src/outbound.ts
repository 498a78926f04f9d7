/** Requests of core: what the terminal shows, and why it refuses, as data. Pure. */
import type { Block, OutgoingMessage, Target } from "@seabird-chat/sdk/backend";
import { cleanLine, cutCopy } from "./clean.ts";

/** Characters of a name that are shown. */
const MAX_NAME_CHARACTERS = 64;

/** A message as it is to be shown. */
export interface Shown {
  readonly kind: "message" | "action";
  readonly to: Target;
  readonly block: Block;
  /** Whose it is, if not the bot's own. */
  readonly name?: string;
}

export interface Present {
  hasPerson(name: string): boolean;
  hasRoom(name: string): boolean;
}

/** A send; a persona's name stands in place of the bot's. */
export function toShown(
  to: Target,
  { kind, block, persona }: Pick<OutgoingMessage, "kind" | "block" | "persona">,
): Shown {
  const name = cleanLine(cutCopy(persona?.displayName ?? "", MAX_NAME_CHARACTERS)).trim();
  return { kind, to, block, ...(name === "" ? {} : { name }) };
}

/** Why nothing can be sent there; undefined if it can. */
export function whyRefused(to: Target, present: Present): string | undefined {
  if (to.kind === "channel") return present.hasRoom(to.id) ? undefined : noRoom(to.id);
  return present.hasPerson(to.id) ? undefined : `nobody here is called ${quoted(to.id)}`;
}

export function noRoom(name: string): string {
  return `there is no room ${quoted(name)}`;
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, MAX_NAME_CHARACTERS));
}

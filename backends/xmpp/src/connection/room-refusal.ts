/** Why a room does not let the bot in, in words. Pure. */
import { printable } from "../inbound/read-stanza.ts";

/** By the condition (XEP-0045, 7.2). */
const TEXTS: Readonly<Record<string, string>> = {
  conflict: "every nick that the bot tried is in use",
  forbidden: "the bot is banned there",
  "item-not-found": "there is no such room, or it is locked",
  "not-acceptable": "the room wants the nick that is registered for this account",
  "not-allowed": "there is no such room, and nobody but the service's owners makes one",
  "registration-required": "only its members may join",
  "service-unavailable": "the room is full",
  "remote-server-not-found": "there is no server of this name",
  "remote-server-timeout": "the room does not answer",
  "jid-malformed": "this is not the address of a room",
};

export function refusalText(condition: string, text: string, hasPassword: boolean): string {
  const password = hasPassword ? "the password is wrong" : "it wants a password";
  const known = condition === "not-authorized" ? password : TEXTS[condition];
  const said = printable(text);
  const words = known ?? printable(condition.replaceAll("-", " "));
  return said === "" || known === undefined ? said || words : `${words} (${said})`;
}

/** The reason of an error stanza in words. Pure. */
import { cutUtf8 } from "@seabird-chat/protocol";
import { Refused, Unconfirmed } from "@seabird-chat/sdk/backend";
import type { StanzaError } from "../connection/hooks.ts";
import { NS, type Stanza } from "../stanza.ts";

/** Of the text that a server gives. */
const MAX_REASON_BYTES = 300;

/** RFC 6120, 8.3.3; what servers mean by them for a message. */
const CONDITIONS: Readonly<Record<string, string>> = {
  "bad-request": "the server does not understand it",
  conflict: "it is taken already",
  "feature-not-implemented": "the server cannot do that",
  forbidden: "the bot lacks the right to do that",
  gone: "that address does not exist any more",
  "internal-server-error": "the server has an error of its own",
  "item-not-found": "there is nobody with that address",
  "jid-malformed": "that is not an address on XMPP",
  "not-acceptable": "the server does not accept it",
  "not-allowed": "that is not allowed",
  "not-authorized": "a password is needed, or another one",
  "policy-violation": "a rule of the server is against it",
  "recipient-unavailable": "that person is not there",
  "registration-required": "only members may do that",
  "remote-server-not-found": "the other server does not exist, or cannot be reached",
  "remote-server-timeout": "the other server cannot be reached",
  "resource-constraint": "the server has too much to do, or it is sent too fast",
  "service-unavailable": "that person cannot be reached, or the server cannot do that",
  "subscription-required": "that person has to accept the bot as a contact first",
};

/** One line: the server's own words, if it gives any, and what the condition means. */
export function refusalOf(stanza: Stanza): string {
  const error = stanza.getChild("error");
  const condition = error?.children.find(
    (child): child is Stanza => typeof child !== "string" && Object.hasOwn(CONDITIONS, child.name),
  )?.name;
  return refusalText(condition ?? "", error?.getChildText("text", NS.stanzaErrors) ?? "");
}

/** The same of the answer to a request. */
export function refusalOfError({ condition, message }: StanzaError): string {
  // Without words of the server's own the message is the condition's name.
  return refusalText(condition, message === condition.replaceAll("-", " ") ? "" : message);
}

/** What was sent stays, which who hears of the refusal has to know, and is not to be sent once more. */
export function partRefused(index: number, count: number) {
  return (reason: unknown): never => {
    if (index === 0 || !(reason instanceof Refused)) throw reason;
    throw new Unconfirmed(`${index} of ${count} parts were sent: ${reason.message}`);
  };
}

function refusalText(condition: string, given: string): string {
  const meaning = Object.hasOwn(CONDITIONS, condition)
    ? CONDITIONS[condition]
    : "the server refused it";
  const words = cutUtf8(given.replace(/[\p{C}\s]+/gu, " ").trim(), MAX_REASON_BYTES);
  return words === "" ? String(meaning) : `${words} (${meaning})`;
}

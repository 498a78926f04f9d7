/** What an IRC network can do, by what its server offers. */

import { isDeepStrictEqual } from "node:util";
import type { BackendCapabilities } from "@seabird-chat/sdk/backend";
import { CLIENT_TAGS } from "./state/client-tags.ts";
import type { IrcEvent } from "./state/irc-event.ts";
import type { IrcState } from "./state/irc-state.ts";
import { type NetworkRules, passesTag } from "./state/network-rules.ts";

/** Whether messages have ids. A server does not announce it; the first message shows it. */
export type MessageIds = "unknown" | "some" | "none";

export interface NetworkOffers {
  /** The capabilities (IRCv3) that are on. */
  readonly caps: ReadonlySet<string>;
  readonly rules: Pick<NetworkRules, "deniedTags">;
  readonly ids: MessageIds;
  /** Bytes of text that certainly fit into one line; undefined: not known yet. */
  readonly maxTextBytes?: number | undefined;
}

/** Before the first welcome. */
export const NO_OFFERS: NetworkOffers = {
  caps: new Set(),
  rules: { deniedTags: [] },
  ids: "none",
};

/**
 * Without tags there are no ids, and without ids no replies, reactions and deletions. Edits and
 * threads do not exist on IRC.
 */
export function capabilitiesOf(offers: NetworkOffers): BackendCapabilities {
  const { caps, ids, maxTextBytes } = offers;
  const hasTags = caps.has("message-tags");
  const hasIds = hasTags && ids !== "none";
  const canRedact = hasIds && caps.has("draft/message-redaction");
  const full = (condition: boolean) => (condition ? "full" : "none");
  const reacts = hasIds && passes(offers, "reply", "react", "unreact");
  const types = passes(offers, "typing");
  return {
    messageIds: hasIds ? (ids === "some" && caps.has("echo-message") ? "full" : "partial") : "none",
    reply: full(hasIds && passes(offers, "reply")),
    react: full(reacts),
    reaction: full(reacts),
    typing: full(types),
    typingEvents: full(types),
    // Servers have limits of age, and of whose messages they are.
    delete: canRedact ? "partial" : "none",
    messageDeleted: full(canRedact),
    members: "full",
    member: "full",
    userChanged: "full",
    // A nick in the text notifies; there is no mention of everyone.
    mention: "partial",
    // Those of Unicode.
    emoji: "partial",
    limits: { maxTextBytes },
  };
}

/** Whether clients may send these tags. */
export function passes(
  { caps, rules }: Pick<NetworkOffers, "caps" | "rules">,
  ...tags: readonly (keyof typeof CLIENT_TAGS)[]
): boolean {
  const isPassed = (tag: keyof typeof CLIENT_TAGS) => passesTag(CLIENT_TAGS[tag].slice(1), rules);
  return caps.has("message-tags") && tags.every(isPassed);
}

/** Bytes of `PRIVMSG #channel :` with a long name, or of what an ACTION adds. */
const MAX_START_BYTES = 64;

/** Bytes of text that certainly fit into one line to a channel. */
export function maxLineTextBytes(state: IrcState): number {
  return Math.max(1, state.rules.maxLineBytes - state.prefixBytes() - MAX_START_BYTES);
}

/** Declares them whenever they change. */
export class NetworkCapabilities {
  readonly #state: () => IrcState;
  readonly #declare: (capabilities: BackendCapabilities) => void;
  #ids: MessageIds = "unknown";
  #declared: BackendCapabilities | undefined;

  constructor(state: () => IrcState, declare: (capabilities: BackendCapabilities) => void) {
    this.#state = state;
    this.#declare = declare;
  }

  /** By a server, perhaps another one than before. */
  welcomed(): void {
    this.#ids = "unknown";
    this.declare();
  }

  /** One message with an id shows that they have ids; one without, before that, that they do not. */
  learn(event: IrcEvent): void {
    if (this.#ids === "some") return;
    if (event.kind === "echo") this.#ids = "some";
    else if (event.kind === "message" || event.kind === "action") {
      this.#ids = event.origin.msgid === undefined ? "none" : "some";
    } else return;
    this.declare();
  }

  declare(): void {
    const state = this.#state();
    const { caps, rules } = state;
    const maxTextBytes = maxLineTextBytes(state);
    const capabilities = capabilitiesOf({ caps, rules, ids: this.#ids, maxTextBytes });
    if (isDeepStrictEqual(capabilities, this.#declared)) return;
    this.#declared = capabilities;
    this.#declare(capabilities);
  }
}

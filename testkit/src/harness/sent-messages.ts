/** What plugins have sent, by conversation, until a test has checked it. */
import type { Block } from "@seabird-chat/sdk";
import { showBlock } from "./show-block.ts";

/** Something that a plugin sent: a message, or an action such as `/me waves`. */
export interface SentMessage {
  /** Where it went: `#games`, `private ann`; on another backend than the first `irc/b #games`. */
  readonly to: string;
  readonly kind: "message" | "action";
  /** Without formatting. */
  readonly text: string;
  /** With its formatting as signs: `**bold**`, `_italics_`, `` `code` ``. */
  readonly shown: string;
  readonly block: Block | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export class SentMessages {
  readonly #all: SentMessage[] = [];
  readonly #unchecked = new Set<SentMessage>();

  add(to: string, kind: SentMessage["kind"], request: SendRequest): void {
    const { text, rootBlock, tags } = request;
    const message = { to, kind, text, shown: showBlock(rootBlock) || text, block: rootBlock, tags };
    this.#all.push(message);
    this.#unchecked.add(message);
  }

  /** The oldest unchecked message of a conversation, which thereby counts as checked. */
  take(to: string): SentMessage | undefined {
    for (const message of this.#unchecked) {
      if (message.to !== to) continue;
      this.#unchecked.delete(message);
      return message;
    }
    return undefined;
  }

  /** What no test has checked: of one conversation, or of all. */
  unchecked(to?: string): readonly SentMessage[] {
    return [...this.#unchecked].filter((message) => to === undefined || message.to === to);
  }

  /** Everything that was sent, oldest first. */
  get all(): readonly SentMessage[] {
    return this.#all;
  }
}

export interface SendRequest {
  readonly text: string;
  readonly rootBlock?: Block | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** `"ann: 7"`, or `does "waves"`. */
export function describe({ kind, shown }: SentMessage): string {
  return kind === "action" ? `does ${JSON.stringify(shown)}` : JSON.stringify(shown);
}

export function describeAll(messages: readonly SentMessage[]): string {
  return messages.map((message) => `\n  ${message.to}: ${describe(message)}`).join("");
}

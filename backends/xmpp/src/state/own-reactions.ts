/** The bot's reactions to each message: XEP-0444 sends all of them each time, after a restart too. Bounded. */
import {
  type BackendHost,
  BoundedMap,
  StateFile,
  stateFilePath,
  type Target,
} from "@seabird-chat/sdk/backend";
import type { XmppSettings } from "../settings.ts";

/** Messages whose reactions are remembered; the oldest go first. */
export const MAX_REACTED_MESSAGES = 1_000;
/** Characters of one message's entry in the file: at 3 bytes each, and quotes, all of them fit. */
const MAX_ENTRY = 800;
const MAX_FILE_BYTES = 4 * 1024 * 1024;

export class OwnReactions {
  readonly #byMessage = new BoundedMap<string, readonly string[]>(MAX_REACTED_MESSAGES);
  readonly #address: string;
  readonly #file: StateFile;

  /** Those of `address`, from the file where they are kept; without a path they end with the process. */
  constructor(address: string, path?: string, failed: (reason: string) => void = () => undefined) {
    this.#address = address;
    const maxBytes = MAX_FILE_BYTES;
    this.#file = new StateFile({ path, what: "the bot's reactions", maxBytes, failed });
    for (const [key, emojis] of this.#file.read(reactionsOf(address)) ?? []) {
      this.#byMessage.set(key, emojis);
    }
  }

  static open(host: Pick<BackendHost<XmppSettings>, "config" | "id" | "log">): OwnReactions {
    const { address, state_file } = host.config;
    const path = stateFilePath(state_file, { type: "xmpp", id: host.id });
    const failed = (reason: string) => host.log.warn({ reason }, "no reactions are kept");
    return new OwnReactions(address.toLowerCase(), path, failed);
  }

  to(conversation: Target, messageId: string): readonly string[] {
    return this.#byMessage.get(keyOf(conversation, messageId)) ?? [];
  }

  set(conversation: Target, messageId: string, emojis: readonly string[]): void {
    const key = keyOf(conversation, messageId);
    if (emojis.length > 0) this.#byMessage.set(key, emojis);
    else this.#byMessage.delete(key);
    this.#file.keep(() => ({ address: this.#address, reactions: this.#entries() }));
  }

  /** Resolves when the last change is in the file. Never rejects. */
  written(): Promise<void> {
    return this.#file.written();
  }

  #entries() {
    return [...this.#byMessage].filter(([key, emojis]) => {
      return key.length + emojis.join("").length <= MAX_ENTRY;
    });
  }
}

/** Of another account, none. Throws for any other form. */
function reactionsOf(address: string): (content: unknown) => readonly Entry[] {
  return (content) => {
    const { address: of, reactions } = Object(content) as Record<string, unknown>;
    if (typeof of !== "string" || !Array.isArray(reactions)) throw new Error("it holds none");
    return of === address ? reactions.filter(isEntry) : [];
  };
}

type Entry = readonly [key: string, emojis: readonly string[]];

function isEntry(given: unknown): given is Entry {
  if (!Array.isArray(given) || given.length !== 2) return false;
  const [key, emojis]: readonly unknown[] = given;
  return (
    typeof key === "string" &&
    Array.isArray(emojis) &&
    emojis.every((each) => typeof each === "string" && each !== "")
  );
}

/** Ids may hold any sign. */
function keyOf(conversation: Target, messageId: string): string {
  return JSON.stringify([conversation.kind, conversation.id, messageId]);
}

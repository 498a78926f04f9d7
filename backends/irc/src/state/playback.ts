/** Which lines are old: those in batches of a channel's history (IRCv3). Pure. */
import type { IrcMessage } from "../message/irc-message.ts";

/** Open batches of old messages; the messages of further ones count as new. */
const MAX_PLAYBACKS = 64;

const PLAYBACKS = new Set(["chathistory", "draft/chathistory", "znc.in/playback"]);

export class Playback {
  /** Open batches. */
  readonly #open = new Set<string>();

  isOld({ tags }: Pick<IrcMessage, "tags">): boolean {
    return this.#open.has(tags["batch"] ?? "");
  }

  /** `BATCH +name type`, lines with the tag `batch=name`, `BATCH -name`. */
  batch(message: Pick<IrcMessage, "params" | "tags">): void {
    const [reference = "", type = ""] = message.params;
    const name = reference.slice(1);
    // A batch within a batch of old messages holds old messages too.
    const isOld = PLAYBACKS.has(type) || this.isOld(message);
    if (reference.startsWith("-")) this.#open.delete(name);
    // A line without batch is in none, also not in one without a name.
    else if (isOld && name !== "" && this.#open.size < MAX_PLAYBACKS) this.#open.add(name);
  }
}

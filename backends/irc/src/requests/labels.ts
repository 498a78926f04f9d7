/**
 * Which line of ours a line of the server answers (IRCv3 labeled-response): it has the label
 * itself, or is in a batch that has it, or in a batch within that batch.
 */

import type { IrcMessage } from "../message/irc-message.ts";

/** Open batches that belong to labels; the answers in further ones are not recognised, and a PING asks instead. */
const MAX_OPEN_BATCHES = 256;

export interface Labelled {
  readonly label: string;
  /** Whether it completes the label's answer. */
  readonly ends: boolean;
}

export class LabelReader {
  readonly #batches = new Map<string, { readonly label: string; readonly isWhole: boolean }>();

  /** undefined: it answers no label. */
  read({ command, params, tags }: Pick<IrcMessage, "command" | "params" | "tags">) {
    const around = this.#batches.get(tags["batch"] ?? "");
    const label = tags["label"] ?? around?.label;
    if (command === "BATCH")
      return this.#batch(params[0] ?? "", label, tags["label"] !== undefined);
    if (label === undefined) return undefined;
    return { label, ends: around === undefined };
  }

  #batch(reference: string, label: string | undefined, isWhole: boolean): Labelled | undefined {
    const name = reference.slice(1);
    if (reference.startsWith("-")) {
      const batch = this.#batches.get(name);
      this.#batches.delete(name);
      return batch && { label: batch.label, ends: batch.isWhole };
    }
    // A line without batch is in none, also not in one without a name.
    if (label === undefined || name === "") return undefined;
    if (this.#batches.size < MAX_OPEN_BATCHES) this.#batches.set(name, { label, isWhole });
    return { label, ends: false };
  }
}

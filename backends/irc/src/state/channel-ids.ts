/**
 * The ids of channels for core: each as the settings spell it, else as it was when the bot first
 * joined it. Names that differ only in case belong to one channel.
 */
import { MAX_CHANNELS } from "./irc-state.ts";

/** The network's current rules for names. */
export interface ChannelNames {
  readonly rules: { readonly caseMapping: string };
  fold(name: string): string;
  withoutStatus(target: string): string;
}

export class ChannelIds {
  readonly #network: () => ChannelNames;
  /** In the order in which they were learned. */
  readonly #spellings: string[] = [];
  #byFolded = new Map<string, string>();
  #caseMapping: string | undefined;

  constructor(network: () => ChannelNames) {
    this.#network = network;
  }

  /** Adds a channel, unless it is known. Beyond `MAX_CHANNELS` the oldest is forgotten. */
  learn(name: string): void {
    const names = this.#names();
    const folded = this.#network().fold(name);
    if (names.has(folded)) return;
    this.#spellings.push(name);
    names.set(folded, name);
    if (this.#spellings.length <= MAX_CHANNELS) return;
    this.#spellings.shift();
    this.#caseMapping = undefined;
  }

  /** The id of `#Chan`, or of `@#Chan` for its operators (STATUSMSG). */
  of(target: string): string {
    const network = this.#network();
    const bare = network.withoutStatus(target);
    const status = target.slice(0, target.length - bare.length);
    return status + (this.#names().get(network.fold(bare)) ?? bare);
  }

  /** Rebuilt when the rules change: which names are equal depends on them. */
  #names(): Map<string, string> {
    const { rules, fold } = this.#network();
    if (rules.caseMapping === this.#caseMapping) return this.#byFolded;
    const names = new Map<string, string>();
    for (const name of this.#spellings) {
      const folded = fold.call(this.#network(), name);
      if (!names.has(folded)) names.set(folded, name);
    }
    this.#caseMapping = rules.caseMapping;
    this.#byFolded = names;
    return names;
  }
}

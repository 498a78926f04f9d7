/**
 * What core knows a channel by: as the configuration spells it, else as it was when we first
 * joined it. Whatever the case in which it is named, it is the same channel.
 */
import { MAX_CHANNELS } from "./irc-state.ts";

/** The network's rules of the moment. */
export interface ChannelNames {
  readonly rules: { readonly caseMapping: string };
  fold(name: string): string;
  withoutStatus(target: string): string;
}

export class ChannelIds {
  readonly #network: () => ChannelNames;
  /** In the order in which they came. */
  readonly #spellings: string[] = [];
  #byFolded = new Map<string, string>();
  #caseMapping: string | undefined;

  constructor(network: () => ChannelNames) {
    this.#network = network;
  }

  /** Names a channel, unless it has a name already. Too many: the oldest name is forgotten. */
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

  /** The id of `#Chan`, or of `@#Chan`, by which only its operators, say, are addressed. */
  of(target: string): string {
    const network = this.#network();
    const bare = network.withoutStatus(target);
    const status = target.slice(0, target.length - bare.length);
    return status + (this.#names().get(network.fold(bare)) ?? bare);
  }

  /** Which names are equal is known once the server has said its rules. */
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

/** The people of a bed. */
import type { BackendUser } from "@seabird-chat/sdk/backend";

export interface PersonSettings {
  /** The network's id. Default: the name. */
  readonly id?: string | undefined;
  /** Default: the name. */
  readonly displayName?: string | undefined;
  /** The account that the network knows the person by; travels as the tag `irc/account`. */
  readonly account?: string | undefined;
  /** Tags of everything that the person says. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

export interface Person extends BackendUser {
  readonly tags: Readonly<Record<string, string>>;
}

export class People {
  readonly #byName = new Map<string, Person>();

  /** Makes somebody known, or changes them. */
  set(name: string, settings: PersonSettings = {}): Person {
    const { id = name, displayName = name, account, tags } = settings;
    const withAccount = account === undefined ? {} : { "irc/account": account };
    const person = { id, displayName, tags: { ...withAccount, ...tags } };
    this.#byName.set(name, person);
    return person;
  }

  /** Whoever has not been made known has their name for everything. */
  get(name: string): Person {
    return this.#byName.get(name) ?? this.set(name);
  }
}

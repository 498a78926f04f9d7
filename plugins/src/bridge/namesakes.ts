/** People of one link who have the same name: what tells them apart is put behind it. */
import { BoundedMap } from "@seabird-chat/sdk";
import type { KeyValue, Store } from "@seabird-chat/sdk/storage";
import { channelNameOf, networkOf } from "./links.ts";
import { personName, plainName } from "./shown-name.ts";
import type { Tables } from "./tables.ts";

/** Names whose last bearer is remembered, and names that several people bear. */
const MAX_NAMES = 10_000;
const MAX_SHARED = 1_000;
const MAX_KEY_CHARACTERS = 400;
/** Two people who use a name so long after each other are taken for one with a new account. */
const RECENT_MS = 24 * 60 * 60_000;
/** For how long a name stays told apart after it was last borne by another person. */
const SHARED_FOR = "30d";
const RENEW_MS = RECENT_MS;

interface Named {
  readonly id: string;
  readonly displayName: string;
}

/** What is put behind a name: the first of these that differs. */
const MARKS: readonly ((id: string) => string)[] = [
  // `ann` of `@ann:example.org`, of `ann@example.org`, and of `tea@rooms.example.org/ann`.
  (id) => /^@?([^:@]*)/.exec(channelNameOf(id).replace(/^.*\//s, ""))?.[1] ?? "",
  (id) => channelNameOf(id),
  (id) => `${channelNameOf(id)} ${networkOf(id)}`,
];

export interface NamesakesDeps {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onFailure: (reason: unknown) => void;
}

export class Namesakes {
  readonly #deps: NamesakesDeps;
  readonly #store: KeyValue<number>;
  readonly #bearers = new BoundedMap<string, { readonly id: string; readonly at: number }>(
    MAX_NAMES,
  );
  /** By key: which mark tells its bearers apart, and when that was written. */
  readonly #shared = new BoundedMap<string, { readonly mark: number; readonly at: number }>(
    MAX_SHARED,
  );

  private constructor(store: KeyValue<number>, deps: NamesakesDeps) {
    this.#store = store;
    this.#deps = deps;
  }

  static async open(store: Store<Tables>, deps: NamesakesDeps): Promise<Namesakes> {
    const namesakes = new Namesakes(store.keyValue("namesakes"), deps);
    for (const { key, value } of await namesakes.#store.list({ limit: MAX_SHARED })) {
      namesakes.#shared.set(key, { mark: value, at: Number.NEGATIVE_INFINITY });
    }
    return namesakes;
  }

  /**
   * Somebody speaks. `show`: how the name that it is given is shown in that link, with the network and
   * the like.
   */
  heard(link: string, user: Named, show: (name: string) => string): void {
    const plain = nameOf(user);
    const key = keyOf(link, show(plain));
    this.#bear(key, user.id);
    const marked = this.#marked(plain, key, user.id);
    // Somebody may have taken a name that looks like a marked one.
    if (marked !== plain) this.#bear(keyOf(link, show(marked)), user.id);
  }

  /** The name, with a mark behind it if others of that link have the same one. */
  markedName(link: string, user: Named, show: (name: string) => string): string {
    const name = nameOf(user);
    return this.#marked(name, keyOf(link, show(name)), user.id);
  }

  #marked(name: string, key: string, id: string): string {
    const shared = this.#shared.get(key);
    if (shared === undefined) return name;
    return `${name} [${plainName(MARKS[shared.mark]?.(id) ?? id, "?")}]`;
  }

  #bear(key: string, id: string): void {
    const at = this.#deps.now();
    const before = this.#bearers.get(key);
    this.#bearers.set(key, { id, at });
    if (before === undefined || before.id === id || at - before.at > RECENT_MS) return;
    const shared = this.#shared.get(key);
    const differing = MARKS.findIndex((markOf) => markOf(before.id) !== markOf(id));
    const mark = Math.max(shared?.mark ?? 0, differing < 0 ? MARKS.length - 1 : differing);
    if (shared !== undefined && shared.mark === mark && at - shared.at < RENEW_MS) return;
    this.#shared.set(key, { mark, at });
    this.#store.set(key, mark, { expiresIn: SHARED_FOR }).catch(this.#deps.onFailure);
  }
}

function nameOf({ id, displayName }: Named): string {
  return personName(displayName, channelNameOf(id));
}

function keyOf(link: string, shown: string): string {
  return `${link} ${shown.normalize("NFKC").toLowerCase()}`.slice(0, MAX_KEY_CHARACTERS);
}

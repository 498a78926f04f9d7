/** Recently seen users, by which `arg.user()` resolves a name. */
import { BoundedMap } from "../link/bounded-map.ts";
import type { Speaker } from "./event-fields.ts";
import type { Person } from "./event-values.ts";
import type { PluginEvent } from "./events.ts";
import { backendOf } from "./origins.ts";

/** Names remembered; the least recently seen is forgotten. */
const MAX_NAMES = 4_096;
/** A longer name is not remembered. */
const MAX_NAME_CHARACTERS = 256;

export class SeenUsers {
  /** Backend and lower-case name → the user; undefined if several share it. */
  readonly #byName = new BoundedMap<string, Person | undefined>(MAX_NAMES);

  note(said: PluginEvent | Speaker): void {
    if (!("user" in said)) return;
    const { user } = said;
    const { id, displayName } = user;
    if (id === "" || displayName === "" || displayName.length > MAX_NAME_CHARACTERS) return;
    const key = keyOf(backendOf(id).id, displayName);
    const known = this.#byName.get(key);
    const isShared = known === undefined ? this.#byName.has(key) : known.id !== id;
    this.#byName.set(key, isShared ? undefined : user);
  }

  /** Undefined for a name that several users have had. */
  find(backendId: string, name: string): Person | undefined {
    return this.#byName.get(keyOf(backendId, name));
  }
}

function keyOf(backendId: string, name: string): string {
  return `${backendId} ${name.toLowerCase()}`;
}

/** Who was seen lately, so that a name in a command can be told to be somebody. */
import { BoundedMap } from "../link/bounded-map.ts";
import type { PluginEvent, User } from "./events.ts";
import { backendOf } from "./make-context.ts";

/** Names remembered; the one not seen for longest is forgotten. */
const MAX_NAMES = 4_096;
/** A longer name is not remembered. */
const MAX_NAME_CHARACTERS = 256;

export class SeenUsers {
  /** Backend and name, in small letters → the person; undefined if several share it. */
  readonly #byName = new BoundedMap<string, User | undefined>(MAX_NAMES);

  note(event: PluginEvent): void {
    if (!("user" in event)) return;
    const { id, displayName } = event.user;
    if (id === "" || displayName === "" || displayName.length > MAX_NAME_CHARACTERS) return;
    const key = keyOf(backendOf(id).id, displayName);
    const isShared = this.#byName.has(key) && this.#byName.get(key)?.id !== id;
    this.#byName.set(key, isShared ? undefined : event.user);
  }

  /** Undefined for a name that several people have had, for it could be either. */
  find(backendId: string, name: string): User | undefined {
    return this.#byName.get(keyOf(backendId, name));
  }
}

function keyOf(backendId: string, name: string): string {
  return `${backendId} ${name.toLowerCase()}`;
}

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

/** More people of one name are not told apart. */
const MAX_NAMESAKES = 8;

interface Seen {
  readonly user: Person;
  /** Where they were last; empty in private. */
  channelId: string;
}

export class SeenUsers {
  /** Backend and lower-case name → who has it; empty if there are too many. */
  readonly #byName = new BoundedMap<string, Seen[]>(MAX_NAMES);

  note(said: PluginEvent | Speaker): void {
    if (!("user" in said)) return;
    const { user } = said;
    const { id, displayName } = user;
    if (id === "" || displayName === "" || displayName.length > MAX_NAME_CHARACTERS) return;
    const key = keyOf(backendOf(id).id, displayName);
    const channelId = channelOf(said);
    const known = this.#byName.get(key);
    const same = known?.find((each) => each.user.id === id);
    if (same !== undefined && channelId !== undefined) same.channelId = channelId;
    const others = same === undefined && known !== undefined ? known : [];
    const isFull = known !== undefined && same === undefined && known.length % MAX_NAMESAKES === 0;
    const seen =
      same !== undefined && known !== undefined
        ? known
        : [...others, { user, channelId: channelId ?? "" }];
    this.#byName.set(key, isFull ? [] : seen);
  }

  /** Of several people of that name the one who was last seen in the channel. */
  find(backendId: string, name: string, channelId = ""): Person | "several" | undefined {
    const seen = this.#byName.get(keyOf(backendId, name));
    if (seen === undefined) return undefined;
    if (seen.length === 1) return seen[0]?.user;
    const here = seen.filter((each) => channelId !== "" && each.channelId === channelId);
    return here.length === 1 ? here[0]?.user : "several";
  }
}

/** Empty in private; undefined if the event says nothing of where somebody is. */
function channelOf(said: PluginEvent | Speaker): string | undefined {
  if ("channelId" in said) return said.channelId;
  if (!("conversation" in said))
    return "kind" in said && said.kind === "userChanged" ? undefined : "";
  const { conversation } = said;
  return "channelId" in conversation ? conversation.channelId : "";
}

function keyOf(backendId: string, name: string): string {
  return `${backendId} ${name.toLowerCase()}`;
}

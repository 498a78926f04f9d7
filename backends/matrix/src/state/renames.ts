/** A new name is reported by every room that somebody is in, and told once. Bounded. */
import { BoundedMap, type IncomingUserChange } from "@seabird-chat/sdk/backend";

/** People whose latest new name is remembered; the one who changed it longest ago is forgotten. */
const MAX_PEOPLE = 1_000;

export class Renames {
  readonly #latest = new BoundedMap<string, string>(MAX_PEOPLE);

  /** False for the same change of the same person again, unless they changed it otherwise meanwhile. */
  isNew({ before, user }: IncomingUserChange): boolean {
    const [from, to] = [before, user].map((each) =>
      typeof each === "string" ? { id: each } : each,
    );
    if (from === undefined || to === undefined) return true;
    const change = JSON.stringify([from.displayName ?? "", to.displayName ?? ""]);
    if (this.#latest.get(to.id) === change) return false;
    this.#latest.set(to.id, change);
    return true;
  }
}

/** Under which key data about a person is kept. */
import { parseId } from "@seabird-chat/protocol";
import { SeabirdError } from "../link/errors.ts";
import { STORAGE } from "./storage-limits.ts";

/**
 * The person's absolute user id, such as `irc://libera/ann`: the key of everything that is kept
 * about somebody. A display name is not: anybody can take it.
 *
 * Throws a SeabirdError `invalid_argument` for somebody without such an id, so that the data of
 * all of them is not mixed up under an empty key.
 */
export function userKey(user: { readonly id: string }): string {
  const id = typeof user?.id === "string" ? user.id : "";
  const parsed = parseId(id);
  const isWhole = parsed !== undefined && [parsed.type, parsed.id, parsed.relative].every(Boolean);
  if (isWhole && id.length <= STORAGE.maxKeyCharacters && !id.includes("\0")) return id;
  const words = id === "" ? "the user has no id" : "the user's id is no absolute id";
  throw new SeabirdError("invalid_argument", `${words}: nothing can be kept about them`);
}

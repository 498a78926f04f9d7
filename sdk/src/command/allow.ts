/** Who may use a command: checks the entries of `allow` and matches them against a user. Pure. */
import { parseId } from "@seabird-chat/protocol";
import type { Allow } from "./command-spec.ts";

/** Tag of the IRC backend: the user's account at the network's services, if known. */
const ACCOUNT_TAG = "irc/account";

/** Throws `bad_option`; the message begins with the command's name. */
export type Refuse = (what: string) => never;

const KEYS = ["channel", "backendType", "user", "account"] as const;

/** An entry with its id patterns parsed. */
export interface CheckedAllow {
  readonly entry: Allow;
  readonly channel: IdPattern | undefined;
  readonly user: IdPattern | undefined;
}

/** Each segment decoded, with `*` for any run of characters; a missing segment is `*`. */
interface IdPattern {
  readonly type: Glob;
  readonly id: Glob;
  readonly relative: Glob;
}

/** Who uses the command, and where. */
export interface Asker {
  readonly userId: string;
  /** Absolute; undefined in private. */
  readonly channelId: string | undefined;
  readonly backendType: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Undefined: everybody. An empty list is an error, since nobody could use the command. */
export function checkAllow(
  allow: readonly Allow[] | undefined,
  refuse: Refuse,
): readonly CheckedAllow[] | undefined {
  if (allow === undefined) return undefined;
  if (!Array.isArray(allow)) return refuse("allow is not a list");
  if (allow.length === 0) return refuse("allow is an empty list: nobody could use it");
  return allow.map((entry: Allow) => {
    const given = Object.entries(entry ?? {}).filter(([, value]) => value !== undefined);
    if (given.length === 0) refuse(`an entry of allow is empty; it takes ${KEYS.join(", ")}`);
    for (const [key, value] of given) {
      if (!(KEYS as readonly string[]).includes(key)) {
        refuse(`unknown key ${JSON.stringify(key)} in allow; it takes ${KEYS.join(", ")}`);
      }
      if (typeof value === "string" && value !== "") continue;
      refuse(`${key} in allow is ${JSON.stringify(value)}, not a text`);
    }
    return { entry, channel: idPattern(entry.channel), user: idPattern(entry.user) };
  });
}

export function isAllowed(allow: readonly CheckedAllow[] | undefined, asker: Asker): boolean {
  return allow === undefined || allow.some((checked) => holds(checked, asker));
}

function holds({ entry, channel, user }: CheckedAllow, asker: Asker): boolean {
  if (channel !== undefined && !matchesId(channel, asker.channelId)) return false;
  if (user !== undefined && !matchesId(user, asker.userId)) return false;
  if (entry.backendType !== undefined && entry.backendType !== asker.backendType) return false;
  return entry.account === undefined || hasAccount(entry.account, asker.tags);
}

/** Account names are case-insensitive. */
function hasAccount(pattern: string, tags: Asker["tags"]): boolean {
  const account = Object.hasOwn(tags, ACCOUNT_TAG) ? tags[ACCOUNT_TAG] : undefined;
  if (account === undefined || account === "") return false;
  return matchesGlob(pattern.toLowerCase().split("*"), account.toLowerCase());
}

/** Whether a user pattern can match on this backend without an account that proves the identity. */
export function trustsIdsOf({ entry, user }: CheckedAllow, type: string, id: string): boolean {
  if (user === undefined || entry.account !== undefined) return false;
  if (user.relative.join("*") === "*") return false;
  return matchesGlob(user.type, type) && matchesGlob(user.id, id);
}

/** Split like ids, so that `*` in one segment never matches into the next. */
function idPattern(pattern: string | undefined): IdPattern | undefined {
  if (pattern === undefined) return undefined;
  const [type = "", rest] = cut(pattern, "://");
  const [id, relative = "*"] = rest === undefined ? ["*"] : cut(rest, "/");
  return { type: decode(type), id: decode(id), relative: decode(relative) };
}

function cut(text: string, at: string): [string, string?] {
  const index = text.indexOf(at);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + at.length)];
}

/** Decoded like ids, escaped or not; `%2A` is the literal character `*`. */
function decode(part: string): Glob {
  return part.split("*").map((piece) => parseId(`x://x/${piece}`)?.relative ?? piece);
}

function matchesId({ type, id, relative }: IdPattern, given: string | undefined): boolean {
  const parsed = given === undefined ? undefined : parseId(given);
  if (parsed === undefined) return false;
  return (
    matchesGlob(type, parsed.type) &&
    matchesGlob(id, parsed.id) &&
    matchesGlob(relative, parsed.relative)
  );
}

/** The pieces between the stars: `a*b` is `["a", "b"]`. */
type Glob = readonly string[];

/**
 * Whether a text fits a pattern, given by its pieces: `matchesGlob("a*b".split("*"), text)`. Linear in the
 * text: searches each piece once, also in patterns with many stars.
 */
export function matchesGlob(pieces: Glob, text: string): boolean {
  const [first = "", ...others] = pieces;
  if (others.length === 0) return first === text;
  const last = others.pop() ?? "";
  if (text.length < first.length + last.length) return false;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

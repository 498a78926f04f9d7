/** Who may use a command: the entries of `allow`, checked, and held against who asks. Pure. */
import { parseId } from "@seabird-chat/protocol";
import type { Allow } from "./command-spec.ts";

/** Protocol of the IRC backend: the account of the network's services, when it is known. */
const ACCOUNT_TAG = "irc/account";

/** Throws `bad_option`; the message begins with the command's name. */
export type Refuse = (what: string) => never;

const KEYS = ["channel", "backendType", "user", "account"] as const;

/** The entry, and its patterns of ids in parts. */
export interface CheckedAllow {
  readonly entry: Allow;
  readonly channel: IdPattern | undefined;
  readonly user: IdPattern | undefined;
}

/** Each part decoded, with `*` for any run of characters; a part that is not there is `*`. */
interface IdPattern {
  readonly type: Glob;
  readonly id: Glob;
  readonly relative: Glob;
}

/** Who asks, and from where. */
export interface Asker {
  readonly userId: string;
  /** Absolute; undefined in private. */
  readonly channelId: string | undefined;
  readonly backendType: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Undefined: everybody. An empty list is an error, for it would be nobody. */
export function checkAllow(
  allow: readonly Allow[] | undefined,
  refuse: Refuse,
): readonly CheckedAllow[] | undefined {
  if (allow === undefined) return undefined;
  if (!Array.isArray(allow)) return refuse("allow is not a list");
  if (allow.length === 0) return refuse("allow is an empty list: nobody could use it");
  return allow.map((entry: Allow) => {
    const given = Object.entries(entry ?? {}).filter(([, value]) => value !== undefined);
    if (given.length === 0) refuse(`an entry of allow says nothing; it takes ${KEYS.join(", ")}`);
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

/** Services tell no upper from lower case. */
function hasAccount(pattern: string, tags: Asker["tags"]): boolean {
  const account = Object.hasOwn(tags, ACCOUNT_TAG) ? tags[ACCOUNT_TAG] : undefined;
  if (account === undefined || account === "") return false;
  return matchesGlob(pattern.toLowerCase().split("*"), account.toLowerCase());
}

/** Whether a pattern of user ids could mean somebody of this backend, and nothing else proves them. */
export function trustsIdsOf({ entry, user }: CheckedAllow, type: string, id: string): boolean {
  if (user === undefined || entry.account !== undefined) return false;
  if (user.relative.join("*") === "*") return false;
  return matchesGlob(user.type, type) && matchesGlob(user.id, id);
}

/** Split as ids are, so that `*` in one part never reaches into the next. */
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

/** As ids are read: escaped or not; `%2A` is the character `*` and matches only itself. */
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

/** What stands between the stars: `a*b` is `["a", "b"]`, and a text without stars is itself. */
export type Glob = readonly string[];

/** Looks for each piece once, so that a pattern of many stars is not slow. */
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

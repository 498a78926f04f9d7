/** Links to people and rooms of Matrix (specification: "URIs"): `https://matrix.to/#/@ann:a.example`. */
import { idIn } from "../matrix-ids.ts";

export type Pill =
  | { readonly kind: "user"; readonly id: string }
  /** By alias, or by id. */
  | { readonly kind: "room"; readonly id: string };

const WEB = /^https?:\/\/matrix\.to\/#\//i;

/** `matrix:u/ann:a.example`: the kind of thing, and the character that its id begins with. */
const SIGILS: ReadonlyMap<string, string> = new Map([
  ["u", "@"],
  ["r", "#"],
  ["roomid", "!"],
]);

/** Undefined for all other links, those to a message among them. */
export function parsePill(href: string): Pill | undefined {
  const id = WEB.test(href) ? webId(href) : /^matrix:/i.test(href) ? uriId(href) : undefined;
  if (id === undefined) return undefined;
  const user = idIn(id, "@");
  if (user !== undefined) return { kind: "user", id: user };
  const room = idIn(id, "#") ?? idIn(id, "!");
  return room === undefined ? undefined : { kind: "room", id: room };
}

/** The link by which clients show a name that can be clicked. */
export function pillUrl(id: string): string {
  return `https://matrix.to/#/${encodeURIComponent(id.toWellFormed())}`;
}

function webId(href: string): string | undefined {
  const [path = ""] = href.replace(WEB, "").split("?", 1);
  const parts = path.split("/");
  // A second part is a message's id.
  return parts.length === 1 || parts[1] === "" ? decode(parts[0] ?? "") : undefined;
}

function uriId(href: string): string | undefined {
  const [path = ""] = href.slice("matrix:".length).split("?", 1);
  const [kind = "", id = "", ...more] = path.split("/");
  const sigil = SIGILS.get(kind);
  return sigil === undefined || more.length > 0 ? undefined : sigil + decode(id);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}

/** One room: who is in it, and what its presences change. Bounded. */
import { attributeOf, copy, opaque, parseAddress, printable } from "../inbound/read-stanza.ts";
import { NS, type Stanza } from "../stanza.ts";
import type { Occupant, RoomView } from "./rooms.ts";

/** Of one room; further ones are not known. */
export const MAX_OCCUPANTS = 10_000;
/** Characters of a topic or name; the rest is cut. */
const MAX_TEXT = 4_096;

const ROLES = ["visitor", "participant", "moderator"];
const AFFILIATIONS = ["outcast", "member", "admin", "owner"];

/** What became of the bot's own place in a room. */
export type RoomChange =
  /** `isNew`: it did not exist before. */
  | { readonly kind: "joined"; readonly isNew: boolean }
  | { readonly kind: "nickChanged" }
  | { readonly kind: "left"; readonly why: LeftWhy; readonly reason: string; readonly by: string }
  /** The answer to a join or to a change of nick. */
  | { readonly kind: "refused"; readonly condition: string; readonly text: string };

export type Departure = Extract<RoomChange, { readonly kind: "left" }>;

/** `lost`: by no decision of a person. */
export type LeftWhy = "part" | "kicked" | "banned" | "destroyed" | "removed" | "lost";

/** XEP-0045, 15.6, of the presence by which somebody leaves. */
const WHY_BY_STATUS: Readonly<Record<string, LeftWhy>> = {
  "301": "banned",
  "307": "kicked",
  "321": "removed",
  "322": "removed",
  "332": "lost",
  "333": "lost",
};

export class Room implements RoomView {
  readonly address: string;
  nick: string;
  occupantId: string | undefined;
  isJoined = false;
  features: ReadonlySet<string> = new Set();
  name = "";
  topic = "";
  /** By `clock.now()`: when something came from it, or the bot asked. */
  heardAtMs = 0;
  readonly #occupants = new Map<string, Occupant>();

  constructor(address: string, nick: string) {
    this.address = address;
    this.nick = nick;
  }

  occupant(nick: string): Occupant | undefined {
    return this.#occupants.get(nick);
  }

  occupants(): readonly Occupant[] {
    return [...this.#occupants.values()];
  }

  /** The bot joins, perhaps again: whoever was there may have gone. */
  reset(nick: string): void {
    this.nick = nick;
    this.isJoined = false;
    this.#occupants.clear();
  }

  /** A message; only its subject matters here. */
  message(stanza: Stanza): void {
    if (stanza.attrs["type"] !== "groupchat") return;
    const subject = stanza.getChild("subject");
    // A subject beside a body is a message's own (XEP-0045, 8.1).
    if (subject === undefined || stanza.getChild("body") !== undefined) return;
    this.topic = copy(subject.text().slice(0, MAX_TEXT).toWellFormed());
  }

  /** A presence from the room or one of its occupants; undefined: nothing about the bot. */
  presence(stanza: Stanza): RoomChange | undefined {
    const nick = copy(parseAddress(attributeOf(stanza, "from"))?.resource ?? "");
    const { type } = stanza.attrs;
    if (type === "error") return refusal(stanza);
    const user = stanza.getChild("x", NS.mucUser);
    const codes = statusCodes(user);
    const isSelf = codes.has("110") || (nick === this.nick && this.isJoined);
    if (type === "unavailable") return this.#gone(nick, user, codes, isSelf);
    if (type !== undefined || nick === "") return undefined;
    this.#set(nick, stanza, user);
    if (!isSelf) return undefined;
    const before = this.nick;
    // 210: the room gave another nick than asked for.
    this.nick = nick;
    this.occupantId = this.occupant(nick)?.occupantId;
    if (this.isJoined) return before === nick ? undefined : { kind: "nickChanged" };
    this.isJoined = true;
    return { kind: "joined", isNew: codes.has("201") };
  }

  #set(nick: string, stanza: Stanza, user: Stanza | undefined): void {
    if (!this.#occupants.has(nick) && this.#occupants.size >= MAX_OCCUPANTS) return;
    const item = user?.getChild("item");
    const account = parseAddress(attributeOf(item, "jid"))?.bare;
    const occupantId = opaque(attributeOf(stanza.getChild("occupant-id", NS.occupantId), "id"));
    const known = (name: string, values: readonly string[]) =>
      values.find((each) => each === attributeOf(item, name)) ?? "none";
    this.#occupants.set(nick, {
      nick,
      role: known("role", ROLES),
      affiliation: known("affiliation", AFFILIATIONS),
      ...(account !== undefined && { account: copy(account) }),
      ...(occupantId !== undefined && { occupantId: copy(occupantId) }),
    });
  }

  #gone(
    nick: string,
    user: Stanza | undefined,
    codes: ReadonlySet<string>,
    isSelf: boolean,
  ): RoomChange | undefined {
    const before = this.#occupants.get(nick);
    this.#occupants.delete(nick);
    const item = user?.getChild("item");
    if (codes.has("303")) {
      // The presence under the new nick follows, and is that of nobody new.
      const next = copy(attributeOf(item, "nick"));
      if (next === "") return undefined;
      if (before !== undefined) this.#occupants.set(next, { ...before, nick: next });
      if (!isSelf) return undefined;
      this.nick = next;
      return { kind: "nickChanged" };
    }
    if (!isSelf) return undefined;
    this.isJoined = false;
    this.#occupants.clear();
    const destroy = user?.getChild("destroy");
    const [code] = [...codes].filter((each) => Object.hasOwn(WHY_BY_STATUS, each));
    const why = destroy !== undefined ? "destroyed" : (WHY_BY_STATUS[code ?? ""] ?? "part");
    const reason = printable((destroy ?? item)?.getChildText("reason") ?? "");
    const by = printable(attributeOf(item?.getChild("actor"), "nick"));
    return { kind: "left", why, reason, by };
  }
}

function refusal(stanza: Stanza): RoomChange {
  const error = stanza.getChild("error");
  const children = error?.getChildElements() ?? [];
  const condition = children.find(({ name }) => name !== "text")?.name ?? "undefined-condition";
  return { kind: "refused", condition, text: error?.getChildText("text") ?? "" };
}

function statusCodes(user: Stanza | undefined): ReadonlySet<string> {
  const codes = user?.getChildren("status").map(({ attrs }) => String(attrs["code"])) ?? [];
  return new Set(codes);
}

/** The nicks to try while registering, until the server takes one. Pure, but for the digits. */
import { byteLength } from "../message/line.ts";

/** Nicks that are tried, the wanted one included, before the connection is given up. */
export const MAX_NICK_ATTEMPTS = 8;

/** Every server accepts nicks of 9 characters (RFC 1459); its own limit comes after the welcome only. */
const SAFE_NICK_LENGTH = 9;

/** The server takes no nick of this form, whoever has it. */
const INVALID = "432";

export class NickCandidates {
  readonly #random: () => number;
  /** Further forms of the wanted nick, each accepted by more servers than the one before it. */
  readonly #shapes: string[];
  #candidates: readonly string[];
  #isAnyTaken = false;
  #attempts = 1;

  /** The wanted nick itself is tried first, by the caller. `random` returns numbers from 0 to below 1. */
  constructor(wanted: string, random: () => number) {
    this.#random = random;
    this.#shapes = shapesOf(wanted, random).slice(1);
    this.#candidates = nickCandidates(wanted, random).slice(1);
  }

  /** The server took none, because of their form: another attempt does not help. */
  get areInvalid(): boolean {
    return !this.#isAnyTaken;
  }

  /** The next one after a refusal; undefined: there is none. */
  next(numeric: string): string | undefined {
    if (this.#attempts >= MAX_NICK_ATTEMPTS) return undefined;
    this.#attempts += 1;
    if (numeric === INVALID) {
      const shape = this.#shapes.shift();
      if (shape !== undefined) this.#candidates = nickCandidates(shape, this.#random);
      else if (!this.#isAnyTaken) return undefined;
    } else this.#isAnyTaken = true;
    const [next, ...others] = this.#candidates;
    this.#candidates = others;
    return next;
  }
}

/**
 * In order: the nick, the same with one and two underscores, then cut so that any server accepts its
 * length, with two digits.
 */
export function nickCandidates(wanted: string, random: () => number): readonly string[] {
  const names = [wanted, `${wanted}_`, `${wanted}__`];
  while (names.length < MAX_NICK_ATTEMPTS) names.push(withDigits(wanted, random));
  return names;
}

/** The nick; cut; of safe characters; and, since a server may reserve a name, another one like it. */
function shapesOf(wanted: string, random: () => number): readonly string[] {
  const safe = safeName(wanted);
  const shapes = [
    wanted,
    cut(wanted, 0),
    cut(safe, 0),
    `${cut(safe, 1)}_`,
    withDigits(safe, random),
  ];
  return [...new Set(shapes)];
}

function withDigits(name: string, random: () => number): string {
  return cut(name, 2) + String(10 + Math.floor(random() * 90));
}

/** Leaves `space` of the characters that any server accepts. */
function cut(name: string, space: number): string {
  let short = name.slice(0, SAFE_NICK_LENGTH - space);
  while (byteLength(short) > SAFE_NICK_LENGTH - space) short = short.slice(0, -1);
  return short.toWellFormed().replace(/\ufffd$/, "");
}

/**
 * The nick as a name that every server accepts as a nick and as a user name: letters without accents,
 * digits, `_` and `-`, beginning with a letter.
 */
export function safeName(nick: string): string {
  const plain = nick.normalize("NFKD").replace(/[^\w-]/g, "");
  return plain.replace(/^[^A-Za-z]+/, "") || "seabird";
}

/**
 * Agrees with a server on capabilities (IRCv3, CAP 302). Pure: lines in, lines out.
 *
 * What the server offers is asked for in groups, SASL alone, since one capability that it does
 * not give loses the whole group; a refused group is asked for again one by one.
 */
import type { IrcMessage } from "../message/irc-message.ts";

/** What we make use of. A server that has none of it is spoken to as in 1993. */
export const WANTED_CAPS: readonly string[] = [
  "message-tags",
  "server-time",
  "account-tag",
  "echo-message",
  "batch",
  "labeled-response",
  "chghost",
  "account-notify",
  "extended-join",
  "setname",
  "cap-notify",
];

/** Offers of one server that are looked at; a list of more has no end. */
export const MAX_OFFERED_CAPS = 256;
/** Requests on one connection; a server that offers and takes back without end gets no more. */
export const MAX_CAP_REQUESTS = 64;

/** Bytes of names in one request: its answer has to fit into a line as well. */
const MAX_REQUEST_BYTES = 400;

export interface CapHooks {
  send(line: string): void;
  /** The server's first list is complete: nothing has been asked for yet. Once. */
  listed(): void;
  /** Everything asked for so far has been answered. */
  agreed(): void;
  /** The list of what the server offers does not end. */
  endless(): void;
}

export class Caps {
  /** Those that are on now. */
  readonly on = new Set<string>();
  /** What the server offers, each with its value ("" for none). */
  readonly offered = new Map<string, string>();
  readonly #wanted: ReadonlySet<string>;
  readonly #hooks: CapHooks;
  /** Asked for and not yet answered. */
  readonly #asked = new Set<string>();
  #isListed = false;
  #requests = 0;

  constructor(wanted: readonly string[], hooks: CapHooks) {
    this.#wanted = new Set(wanted);
    this.#hooks = hooks;
  }

  get isListed(): boolean {
    return this.#isListed;
  }

  /** The first line of a connection. */
  list(): void {
    this.#hooks.send("CAP LS 302");
  }

  /** Asks for what is offered and wanted. False: there is nothing to ask for. */
  request(): boolean {
    const names = [...this.#wanted].filter(
      (name) => this.offered.has(name) && !this.on.has(name) && !this.#asked.has(name),
    );
    const usable = names.filter(
      // A label is answered by a batch.
      (name) => name !== "labeled-response" || this.offered.has("batch"),
    );
    for (const group of groupsOf(usable)) this.#ask(group);
    return this.#asked.size > 0;
  }

  receive({ command, params }: IrcMessage): void {
    if (command !== "CAP") return;
    const names = (params.at(-1) ?? "").split(" ").filter((name) => name !== "");
    const verb = params[1]?.toUpperCase();
    if (verb === "LS") this.#offer(names, params.length > 3 && params[2] === "*");
    else if (verb === "NEW") this.#new(names);
    else if (verb === "DEL") this.#withdrawn(names);
    else if (verb === "ACK" || verb === "NAK") this.#answered(names, verb === "ACK");
  }

  #offer(names: readonly string[], goesOn: boolean): void {
    if (this.#isListed) return;
    if (!this.#learn(names)) this.#hooks.endless();
    else if (!goesOn) {
      this.#isListed = true;
      this.#hooks.listed();
    }
  }

  #new(names: readonly string[]): void {
    if (!this.#learn(names)) return;
    if (this.#isListed) this.request();
  }

  #learn(names: readonly string[]): boolean {
    for (const offer of names) {
      const at = offer.indexOf("=");
      const name = at === -1 ? offer : offer.slice(0, at);
      if (this.offered.size >= MAX_OFFERED_CAPS && !this.offered.has(name)) return false;
      this.offered.set(name, at === -1 ? "" : offer.slice(at + 1));
    }
    return true;
  }

  #withdrawn(names: readonly string[]): void {
    for (const name of names) {
      this.offered.delete(name);
      this.on.delete(name);
    }
  }

  #ask(group: readonly string[]): void {
    if (group.length === 0 || this.#requests >= MAX_CAP_REQUESTS) return;
    this.#requests += 1;
    for (const name of group) this.#asked.add(name);
    this.#hooks.send(`CAP REQ :${group.join(" ")}`);
  }

  #answered(answers: readonly string[], isGiven: boolean): void {
    // Modifiers of earlier editions: `-` takes away, `~` and `=` say nothing that matters here.
    const names = answers.map((name) => name.replace(/^[-~=]+/, "").split("=", 1)[0] ?? "");
    const asked = names.filter((name) => this.#asked.delete(name));
    for (const name of asked) {
      if (isGiven && !answers.includes(`-${name}`)) this.on.add(name);
    }
    if (!isGiven && asked.length > 1) for (const name of asked) this.#ask([name]);
    if (asked.length > 0 && this.#asked.size === 0) this.#hooks.agreed();
  }
}

/** SASL stands alone; the others together as far as they fit. */
function groupsOf(names: readonly string[]): string[][] {
  const groups: string[][] = [];
  let group: string[] = [];
  for (const name of names.filter((each) => each !== "sasl")) {
    if (group.length > 0 && [...group, name].join(" ").length > MAX_REQUEST_BYTES) {
      groups.push(group);
      group = [];
    }
    group.push(name);
  }
  if (group.length > 0) groups.push(group);
  if (names.includes("sasl")) groups.push(["sasl"]);
  return groups;
}

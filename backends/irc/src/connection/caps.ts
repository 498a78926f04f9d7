/**
 * Capability negotiation (IRCv3, CAP 302). Pure: lines in, lines out.
 *
 * Capabilities are requested in groups, SASL alone, since a server refuses a group as a whole; those
 * of a refused group are requested one by one.
 */
import type { IrcMessage } from "../message/irc-message.ts";

/** The capabilities in use. A server without any is used by RFC 1459 alone. */
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
  "draft/message-redaction",
];

/** Capabilities that a server may offer; a longer list ends the connection. */
const MAX_OFFERED_CAPS = 256;
/** Requests on one connection; a server may offer and withdraw without end. */
const MAX_CAP_REQUESTS = 64;

/** Bytes of names in one request; the answer has to fit into a line as well. */
const MAX_REQUEST_BYTES = 400;

export interface CapHooks {
  send(line: string): void;
  /** The server's list is complete, and nothing has been requested yet. Once. */
  listed(): void;
  /** Every request so far has been answered. */
  agreed(): void;
  /** The server offers more than `MAX_OFFERED_CAPS`. */
  tooMany(): void;
}

export class Caps {
  /** The capabilities that are on. */
  readonly on = new Set<string>();
  /** The capabilities that the server offers, each with its value ("" for none). */
  readonly offered = new Map<string, string>();
  readonly #wanted: ReadonlySet<string>;
  readonly #hooks: CapHooks;
  /** Requested and not yet answered. */
  readonly #requested = new Set<string>();
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

  /** Requests what is wanted and offered. False: there is nothing to request. */
  request(): boolean {
    const names = [...this.#wanted].filter(
      (name) => this.offered.has(name) && !this.on.has(name) && !this.#requested.has(name),
    );
    const usable = names.filter(
      // Labels need batches for their answers.
      (name) => name !== "labeled-response" || this.offered.has("batch"),
    );
    for (const group of groupsOf(usable)) this.#send(group);
    return this.#requested.size > 0;
  }

  receive({ command, params }: IrcMessage): void {
    if (command !== "CAP") return;
    const names = (params.at(-1) ?? "").split(" ").filter((name) => name !== "");
    const verb = params[1]?.toUpperCase();
    if (verb === "LS") this.#offer(names, params.length > 3 && params[2] === "*");
    else if (verb === "NEW") this.#new(names);
    else if (verb === "DEL") this.#withdraw(names);
    else if (verb === "ACK" || verb === "NAK") this.#answer(names, verb === "ACK");
  }

  #offer(names: readonly string[], isContinued: boolean): void {
    if (this.#isListed) return;
    if (!this.#learn(names)) this.#hooks.tooMany();
    else if (!isContinued) {
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

  #withdraw(names: readonly string[]): void {
    for (const name of names) {
      this.offered.delete(name);
      this.on.delete(name);
    }
  }

  #send(group: readonly string[]): void {
    if (group.length === 0 || this.#requests >= MAX_CAP_REQUESTS) return;
    this.#requests += 1;
    for (const name of group) this.#requested.add(name);
    this.#hooks.send(`CAP REQ :${group.join(" ")}`);
  }

  #answer(answers: readonly string[], isAcknowledged: boolean): void {
    // Modifiers of earlier versions: `-` turns off; `~` and `=` do not matter here.
    const names = answers.map((name) => name.replace(/^[-~=]+/, "").split("=", 1)[0] ?? "");
    const requested = names.filter((name) => this.#requested.delete(name));
    for (const name of requested) {
      if (isAcknowledged && !answers.includes(`-${name}`)) this.on.add(name);
    }
    if (!isAcknowledged && requested.length > 1) for (const name of requested) this.#send([name]);
    if (requested.length > 0 && this.#requested.size === 0) this.#hooks.agreed();
  }
}

/** SASL alone, the others together as far as they fit. */
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

/** A person on XMPP with a client that is not ours: slixmpp, run by `xmpp-person.py`. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Element, Parser } from "@xmpp/xml";
import { waitFor } from "./irc-wait.ts";
import type { Prosody, XmppAccount } from "./prosody.ts";

const PROGRAM = join(import.meta.dirname, "xmpp-person.py");

interface Answer {
  readonly answer?: unknown;
  readonly failed?: string;
}

export class XmppPerson implements AsyncDisposable {
  /** `ann@seabird.test`. */
  readonly address: string;
  readonly #child: ChildProcess;
  /** Messages and presences as the server sent them, in order. */
  readonly heard: Element[] = [];
  readonly #answers = new Map<number, Answer>();
  #state = "";
  #errors = "";
  #lastId = 0;

  private constructor({ port, python }: Prosody, { address, password }: XmppAccount) {
    this.address = address;
    const args = [PROGRAM, "127.0.0.1", String(port), `${address}/person`];
    this.#child = spawn(python, args, { stdio: "pipe" });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#errors += text));
    this.#child.stdin?.on("error", () => undefined);
    this.#write({ password });
    const lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream });
    lines.on("line", (line) => this.#hear(JSON.parse(line)));
  }

  /** Logged in, and available. */
  static async login(server: Prosody, account: XmppAccount): Promise<XmppPerson> {
    const person = new XmppPerson(server, account);
    await person.#until("the session", () => person.#state === "online");
    return person;
  }

  /**
   * A function of slixmpp's client, or of a plugin as in `xep_0444.send_reactions`, with its arguments
   * by name; rejects if it fails. A stanza comes as its text.
   */
  async call(name: string, args: Record<string, unknown> = {}): Promise<unknown> {
    const id = ++this.#lastId;
    this.#write({ id, do: name, with: args });
    const { failed, answer } = await this.#until(name, () => this.#answers.get(id));
    if (failed !== undefined) throw new Error(`slixmpp's ${name} failed: ${failed}`);
    return answer;
  }

  /** A stanza as it is written here. */
  async sends(xml: string): Promise<void> {
    await this.call("xml", { xml });
  }

  /** An `iq` as it is written here; its answer, also where that is an error. Needs an id. */
  async asks(xml: string): Promise<Element> {
    return parseXml(String(await this.call("iq", { xml })));
  }

  /** In the room, with its history skipped. The one who joins first owns it. */
  async joins(room: string, nick: string, password?: string): Promise<void> {
    const secret = password === undefined ? "" : `<password>${escapeXml(password)}</password>`;
    await this.sends(
      `<presence to="${escapeXml(`${room}/${nick}`)}"><x xmlns="http://jabber.org/protocol/muc">` +
        `<history maxchars="0"/>${secret}</x></presence>`,
    );
    const isOwn = (each: Element) =>
      each.name === "presence" &&
      each.attrs["from"] === `${room}/${nick}` &&
      each.toString().includes('code="110"');
    await this.hears(`joined ${room}`, isOwn);
  }

  /** In a room, or with `chat` to one address. Returns the id that it was sent with. */
  async says(to: string, body: string, type: "groupchat" | "chat" = "groupchat"): Promise<string> {
    const id = `said-${++this.#lastId}`;
    await this.sends(
      `<message to="${escapeXml(to)}" type="${type}" id="${id}"><body>${escapeXml(body)}</body></message>`,
    );
    return id;
  }

  /** The first stanza that fits, also of those that were heard before. */
  async hears(what: string, fits: (stanza: Element) => boolean): Promise<Element> {
    return await this.#until(what, () => this.heard.find(fits));
  }

  /** The first message with this body. */
  async hearsBody(body: string): Promise<Element> {
    const fits = (each: Element) => each.name === "message" && each.getChildText("body") === body;
    return await this.hears(`a message ${JSON.stringify(body)}`, fits);
  }

  /** May be called twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }

  #write(command: object): void {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  #hear(line: { state?: string; heard?: string; id: number } & Answer): void {
    if (line.state !== undefined) this.#state = line.state;
    else if (line.heard !== undefined) this.heard.push(parseXml(line.heard));
    else this.#answers.set(line.id, line);
  }

  #until<T>(what: string, condition: () => T | undefined | false): Promise<T> {
    return waitFor(
      () =>
        `${what}; heard: ${this.heard.slice(-5).join("\n")}; errors: ${this.#errors.slice(-2_000)}`,
      () => {
        if (this.#child.exitCode !== null) throw new Error(`slixmpp ended: ${this.#errors}`);
        return condition();
      },
    );
  }
}

/** Without the characters that XML has no way to write: a server ends the stream of who sends them. */
export function escapeXml(text: string): string {
  const entities: Record<string, string> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot" };
  return text
    .toWellFormed()
    .replace(/[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
    .replace(/[&<>"]/g, (sign) => `&${entities[sign]};`);
}

/** One whole element; throws for anything else. */
export function parseXml(text: string): Element {
  const parser = new Parser();
  let found: Element | undefined;
  let failed: unknown;
  parser.on("element", (element: Element) => (found ??= element));
  parser.on("error", (reason: unknown) => (failed ??= reason));
  // What is inside of the first element are the parser's elements.
  parser.write(`<stream xmlns="jabber:client">${text}`);
  if (found === undefined) throw new Error(`not XML: ${text}`, { cause: failed });
  return found;
}

/** An XMPP server by script, for what real ones do not do: broken logins, garbage, silence, lies. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { type Element, Parser } from "@xmpp/xml";
import { until } from "../../../test/support/until.ts";
import { NS, xml } from "../src/stanza.ts";

export const DOMAIN = "scripted.test";
export const ADDRESS = `bot@${DOMAIN}`;

const SASL = "urn:ietf:params:xml:ns:xmpp-sasl";
const BIND = "urn:ietf:params:xml:ns:xmpp-bind";
const MANAGEMENT = "urn:xmpp:sm:3";

/** What the server says at a moment, as bytes on the wire; undefined: what an honest one says. */
export interface Script {
  /** To a stream that begins, before or after the login. */
  readonly header?: (isLoggedIn: boolean) => string | undefined;
  /** To the login. */
  readonly login?: () => string | undefined;
  /** To whatever comes in a session, `iq` among it. */
  readonly stanza?: (stanza: Element) => string | undefined;
  /** Default: offered. */
  readonly management?: boolean;
}

/** One that offers no TLS, which the bot takes on the loopback interface alone. */
export class ScriptedServer {
  /** What came in sessions, over all of them. */
  readonly stanzas: Element[] = [];
  /** Sessions that began. */
  sessions = 0;
  /** Connections that were opened so far. */
  connections = 0;
  script: Script;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #session: Socket | undefined;

  private constructor(script: Script) {
    this.script = script;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** Closed when the test ends. */
  static async start(t: Pick<TestContext, "after">, script: Script = {}): Promise<ScriptedServer> {
    const server = new ScriptedServer(script);
    await once(server.#server.listen(0, "127.0.0.1"), "listening");
    t.after(() => server.close());
    return server;
  }

  get url(): string {
    return `xmpp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get open(): number {
    return this.#sockets.size;
  }

  /** To the session that there is. */
  write(bytes: string): void {
    this.#session?.write(bytes);
  }

  /** Ends the session without a word. */
  cut(): void {
    this.#session?.destroy();
  }

  async session(number: number): Promise<void> {
    await until(`session ${number}`, () => this.sessions >= number);
  }

  /** The first stanza that fits, also of those that came before. */
  async got(what: string, fits: (stanza: Element) => boolean): Promise<Element> {
    await until(what, () => this.stanzas.some(fits));
    return this.stanzas.find(fits) as Element;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #serve(socket: Socket): void {
    this.connections++;
    this.#sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => this.#sockets.delete(socket));
    let isLoggedIn = false;
    let parser = new Parser();
    const begin = () => {
      parser = new Parser();
      parser.on("start", () =>
        socket.write(this.script.header?.(isLoggedIn) ?? this.#features(isLoggedIn)),
      );
      parser.on("error", () => socket.destroy());
      parser.on("end", () => socket.end("</stream:stream>"));
      parser.on("element", (element: Element) => {
        if (!element.is("auth", SASL)) return this.#answer(socket, element);
        const answer = this.script.login?.();
        socket.write(answer ?? `<success xmlns="${SASL}"/>`);
        isLoggedIn = answer === undefined;
        if (isLoggedIn) begin();
      });
    };
    begin();
    socket.on("data", (data) => parser.write(data.toString()));
  }

  #features(isLoggedIn: boolean): string {
    const management = this.script.management === false ? "" : `<sm xmlns="${MANAGEMENT}"/>`;
    const offered = isLoggedIn
      ? `<bind xmlns="${BIND}"/>${management}`
      : `<mechanisms xmlns="${SASL}"><mechanism>PLAIN</mechanism></mechanisms>`;
    return `${HEADER}<stream:features>${offered}</stream:features>`;
  }

  #answer(socket: Socket, stanza: Element): void {
    const answer = this.script.stanza?.(stanza);
    if (answer !== undefined) socket.write(answer);
    const id = stanza.attrs["id"];
    if (stanza.is("resume", MANAGEMENT)) this.#session = socket;
    if (stanza.getChild("bind", BIND) !== undefined) {
      this.#session = socket;
      this.sessions++;
      const jid = xml("bind", { xmlns: BIND }, xml("jid", {}, `${ADDRESS}/${this.sessions}`));
      if (answer === undefined) socket.write(String(xml("iq", { type: "result", id }, jid)));
      return;
    }
    this.stanzas.push(stanza);
    if (answer !== undefined) return;
    if (stanza.is("enable", MANAGEMENT)) {
      const attrs = { xmlns: MANAGEMENT, id: `session-${this.sessions}`, resume: "true" };
      socket.write(String(xml("enabled", attrs)));
    } else if (stanza.is("resume", MANAGEMENT)) {
      socket.write(String(xml("failed", { xmlns: MANAGEMENT })));
    } else if (stanza.is("r", MANAGEMENT)) {
      socket.write(String(xml("a", { xmlns: MANAGEMENT, h: String(this.stanzas.length) })));
    } else if (stanza.name === "iq" && stanza.attrs["type"] !== "result") {
      const condition = xml("service-unavailable", { xmlns: NS.stanzaErrors });
      const error = xml("error", { type: "cancel" }, condition);
      socket.write(String(xml("iq", { type: "error", id, from: stanza.attrs["to"] }, error)));
    }
  }
}

/** What a stream of a server begins with. */
export const HEADER =
  `<?xml version="1.0"?><stream:stream xmlns="jabber:client" xmlns:stream="${NS.streams}" ` +
  `from="${DOMAIN}" id="s" version="1.0">`;

/** A stream's error (RFC 6120, 4.9). */
export function streamError(condition: string, text = ""): string {
  const ns = "urn:ietf:params:xml:ns:xmpp-streams";
  const words = text === "" ? "" : `<text xmlns="${ns}">${text}</text>`;
  return `<stream:error><${condition} xmlns="${ns}"/>${words}</stream:error></stream:stream>`;
}

export function loginFailure(condition: string): string {
  return `<failure xmlns="${SASL}"><${condition}/></failure>`;
}

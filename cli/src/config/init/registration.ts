/** The first lines between a client and an IRC server, until the welcome. */
import { safeText } from "../../terminal/safe-text.ts";
import type { Trial, Welcome } from "./irc-trial.ts";
import { IrcTrialError, refusalOf } from "./irc-trial-words.ts";

export interface RegistrationEnds {
  /** One line, without its end. */
  send(line: string): void;
  welcome(welcome: Welcome): void;
  fail(error: IrcTrialError): void;
}

interface Line {
  readonly source: string;
  readonly command: string;
  readonly params: readonly string[];
}

/** Bytes of a base64 text that go into one line (IRCv3 SASL). */
const CHUNK = 400;

export class Registration {
  readonly #trial: Trial;
  readonly #ends: RegistrationEnds;
  readonly #offered: string[] = [];
  #sasl: Welcome["sasl"] = "not asked";

  constructor(trial: Trial, ends: RegistrationEnds) {
    this.#trial = trial;
    this.#ends = ends;
  }

  begin(): void {
    const { nick, password, sasl } = this.#trial;
    // Without capabilities to ask for, the oldest of servers is no trouble.
    if (sasl !== undefined) this.#ends.send("CAP LS 302");
    if (password !== undefined) this.#ends.send(`PASS :${password}`);
    this.#ends.send(`NICK ${nick}`);
    this.#ends.send(`USER ${nick} 0 * :${nick}`);
  }

  hear(text: string): void {
    const line = parse(text);
    const { command, params } = line;
    const refusal = refusalOf(command, params.at(-1) ?? "", this.#trial.nick);
    if (refusal !== undefined) this.#ends.fail(refusal);
    else if (command === "PING") this.#ends.send(`PONG :${params[0] ?? ""}`);
    else if (command === "ERROR") {
      const reason = safeText(params[0] ?? "");
      this.#ends.fail(new IrcTrialError(`the server closed the connection: ${reason}`));
    } else if (command === "CAP") this.#capabilities(params);
    else if (command === "AUTHENTICATE") this.#authenticate(params[0] ?? "");
    else if (command === "903") this.#loggedIn();
    else if (command === "001") this.#welcome(line);
  }

  #welcome({ source, params }: Line): void {
    const nick = safeText(params[0] ?? this.#trial.nick);
    // The bot does not connect without the login that it was given.
    if (this.#trial.sasl !== undefined && this.#sasl !== "logged in") {
      this.#ends.fail(new IrcTrialError("the server offers no login (SASL PLAIN) for the account"));
      return;
    }
    this.#ends.welcome({ nick, server: safeText(source), sasl: this.#sasl });
  }

  /** `CAP * LS * :…` says that more follows. */
  #capabilities(params: readonly string[]): void {
    const [, verb, ...rest] = params;
    const names = (rest.at(-1) ?? "").split(" ");
    if (verb === "LS") {
      this.#offered.push(...names);
      if (rest[0] === "*" && rest.length > 1) return;
      const sasl = this.#offered.find((name) => name === "sasl" || name.startsWith("sasl="));
      const mechanisms = sasl?.slice("sasl=".length).split(",");
      const plain = sasl === "sasl" || mechanisms?.includes("PLAIN") === true;
      this.#ends.send(plain ? "CAP REQ :sasl" : "CAP END");
    } else if (verb === "ACK") this.#ends.send("AUTHENTICATE PLAIN");
    else if (verb === "NAK") this.#ends.send("CAP END");
  }

  #authenticate(challenge: string): void {
    const { sasl } = this.#trial;
    if (challenge !== "+" || sasl === undefined) return;
    const message = `${sasl.account}\0${sasl.account}\0${sasl.password}`;
    const text = Buffer.from(message).toString("base64");
    for (let at = 0; at < text.length; at += CHUNK) {
      this.#ends.send(`AUTHENTICATE ${text.slice(at, at + CHUNK)}`);
    }
    if (text.length % CHUNK === 0) this.#ends.send("AUTHENTICATE +");
  }

  #loggedIn(): void {
    this.#sasl = "logged in";
    this.#ends.send("CAP END");
  }
}

/** Tags are of no interest here. */
function parse(text: string): Line {
  const match = /^(?:@\S+ +)?(?::(\S+) +)?(\S+) *(.*)$/.exec(text);
  const [, source = "", command = "", rest = ""] = match ?? [];
  const end = rest.startsWith(":") ? 0 : rest.indexOf(" :");
  const middle = end < 0 ? rest : rest.slice(0, end);
  const last = end < 0 ? [] : [rest.slice(rest.indexOf(":", end) + 1)];
  const words = middle.split(" ").filter((word) => word !== "");
  return { source, command: command.toUpperCase(), params: [...words, ...last] };
}

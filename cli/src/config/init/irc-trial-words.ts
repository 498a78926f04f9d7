/** Why an IRC connection does not work, in a person's words. */
import { safeText } from "../../terminal/safe-text.ts";

export class IrcTrialError extends Error {
  override readonly name = "IrcTrialError";
  /** What was asked for is taken or not allowed: another nick may do. */
  readonly aboutNick: boolean;

  constructor(message: string, aboutNick = false) {
    super(message);
    this.aboutNick = aboutNick;
  }
}

const NICK_REFUSALS: Readonly<Record<string, string>> = {
  "432": "the server does not allow the nick",
  "433": "the nick is in use",
  "436": "the nick is in use",
  "437": "the nick cannot be had at the moment",
};

const REFUSALS: Readonly<Record<string, string>> = {
  "463": "the server does not take connections from here",
  "464": "the server wants another password",
  "465": "the server has banned this machine",
  "466": "the server is about to ban this machine",
  "902": "the account cannot be used at the moment",
  "904": "the account's name or password is wrong",
  "905": "the account's name or password is too long",
  "906": "the server broke off the login",
  "908": "the server offers other kinds of login only",
};

/** Undefined if the numeric refuses nothing. `nick`: the one that was asked for. */
export function refusalOf(code: string, text: string, nick: string): IrcTrialError | undefined {
  const about = text === "" ? "" : ` (${code} ${safeText(text)})`;
  const ofNick = NICK_REFUSALS[code];
  if (ofNick !== undefined) return new IrcTrialError(`${ofNick}: ${nick}${about}`, true);
  const words = REFUSALS[code];
  return words === undefined ? undefined : new IrcTrialError(`${words}${about}`);
}

const SOCKET_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listens at",
  ENOTFOUND: "there is no host of this name:",
  EAI_AGAIN: "the name cannot be looked up now:",
  ETIMEDOUT: "no answer from",
  EHOSTUNREACH: "there is no way to",
  ENETUNREACH: "there is no way to",
  ECONNRESET: "the connection was cut by",
};

export function socketWords(error: Error, where: string, tls: boolean): IrcTrialError {
  const code = "code" in error ? String(error.code) : "";
  const words = SOCKET_WORDS[code];
  if (words !== undefined && !(tls && code === "ECONNRESET")) {
    return new IrcTrialError(`${words} ${where}`);
  }
  if (!tls) return new IrcTrialError(`cannot connect to ${where}: ${safeText(error.message)}`);
  if (/CERT|SELF_SIGNED|ISSUER|ALTNAME|VERIFY/.test(code)) {
    const name = `the certificate of ${where} cannot be verified (${safeText(error.message)})`;
    return new IrcTrialError(`${name}; ircs+unsafe:// would trust it unseen`);
  }
  return new IrcTrialError(`${where} does not speak TLS; is it irc://, or another port?`);
}

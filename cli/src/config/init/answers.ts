/** What `seabird init` has to know, and which values can work. */

export interface InitAnswers {
  readonly irc: IrcAnswers | undefined;
  /** Names of our plugins. */
  readonly plugins: readonly string[];
}

export interface IrcAnswers {
  /** The backend's id: `libera` of `irc/libera`. */
  readonly id: string;
  /** `ircs://host:6697`, `irc://` or `ircs+unsafe://`. */
  readonly url: string;
  readonly nick: string;
  readonly channels: readonly string[];
  readonly sasl: SaslAnswers | undefined;
  /** The server's own password. */
  readonly password: string | undefined;
}

export interface SaslAnswers {
  readonly account: string;
  readonly password: string;
}

export const DEFAULT_NICK = "seabird";
export const OUR_PLUGINS: readonly string[] = ["help", "ping", "introspection"];

export interface IrcAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly verify: boolean;
}

const SCHEMES: Readonly<Record<string, Omit<IrcAddress, "host">>> = {
  "irc:": { port: 6667, tls: false, verify: true },
  "ircs:": { port: 6697, tls: true, verify: true },
  "ircs+unsafe:": { port: 6697, tls: true, verify: false },
};

/** Undefined if it is no IRC server's address. */
export function parseIrcUrl(text: string): IrcAddress | undefined {
  const url = URL.parse(text.trim());
  const scheme = SCHEMES[url?.protocol ?? ""];
  const bare = /^\/?$/.test(url?.pathname ?? "x") && url?.search === "" && url.hash === "";
  if (url === null || scheme === undefined || url.hostname === "" || !bare) return undefined;
  if (url.username !== "" || url.password !== "") return undefined;
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return { ...scheme, host, port: url.port === "" ? scheme.port : Number(url.port) };
}

/** A bare host is one that speaks TLS. */
export function completeIrcUrl(text: string): string {
  const given = text.trim();
  return given.includes("://") ? given : `ircs://${given}`;
}

/** Each says what is wrong, or nothing. */
export const PROBLEMS = {
  url: (text: string) =>
    parseIrcUrl(completeIrcUrl(text)) === undefined
      ? "an address such as ircs://irc.libera.chat, or irc://host:6667 without TLS"
      : undefined,
  nick: (text: string) =>
    /^[^\s\p{Cc}:#&@!,\d-][^\s\p{Cc}@!,:]*$/u.test(text) ? undefined : "one word that is no number",
  channel: (text: string) =>
    /^[#&+!][^\s\p{Cc},:]*$/u.test(text) ? undefined : "a channel's name, such as #mybot",
  account: (text: string) => (/^[^\s\p{Cc}]+$/u.test(text) ? undefined : "one word"),
  secret: (text: string) =>
    text === "" || /[\r\n\0]/.test(text) ? "one line that is not empty" : undefined,
  id: (text: string) =>
    /^\w[\w.-]{0,39}$/.test(text) ? undefined : "a word of 40 characters at most, such as libera",
} as const satisfies Record<string, (text: string) => string | undefined>;

/** `#a, #b c` as its names. */
export function splitChannels(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((name) => name !== "");
}

/** `irc.libera.chat` is `libera`. */
export function idOf(host: string): string {
  const labels = host.toLowerCase().split(".");
  const isAddress = /^[\d.]+$/.test(host) || host.includes(":");
  const id = isAddress ? "irc" : (labels.at(-2) ?? labels[0] ?? "irc");
  return id.replace(/[^a-z0-9-]/g, "") || "irc";
}

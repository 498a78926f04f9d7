/** The IRC message format (RFC 1459, IRCv3 message-tags): a line into its tags, source, command and parameters. Pure. */

export interface IrcMessage {
  /** Values by name, "" for a tag without one. Has no prototype: every name in it is a tag's. */
  readonly tags: Readonly<Record<string, string>>;
  /** `nick!user@host` or a server's name; "" where the line has none. */
  readonly source: string;
  /** The parts of the source; "" for those it does not have. */
  readonly nick: string;
  readonly user: string;
  readonly host: string;
  /** In upper case, or three digits; "" where the line has none and so is not a message. */
  readonly command: string;
  /** The last one may be empty or hold spaces. */
  readonly params: readonly string[];
}

/**
 * Parses one line, without its line end. Never throws: servers send lines that break the grammar,
 * and one or more spaces separate words (RFC 1459). `LineReader` bounds the length of the line.
 */
export function parseMessage(line: string): IrcMessage {
  let tags = "";
  let source = "";
  let rest = line.slice(afterSpaces(line, 0));
  if (rest.startsWith("@")) [tags, rest] = cutWord(rest.slice(1));
  if (rest.startsWith(":")) [source, rest] = cutWord(rest.slice(1));
  const [command, params] = cutWord(rest);
  return {
    tags: parseTags(tags),
    source,
    ...splitSource(source),
    command: command.toUpperCase(),
    params: parseParams(params),
  };
}

/** The first word, and what follows the spaces behind it. */
function cutWord(text: string): [word: string, rest: string] {
  const end = text.indexOf(" ");
  if (end === -1) return [text, ""];
  return [text.slice(0, end), text.slice(afterSpaces(text, end))];
}

function afterSpaces(text: string, start: number): number {
  let at = start;
  while (text[at] === " ") at += 1;
  return at;
}

function parseParams(text: string): string[] {
  const params: string[] = [];
  let rest = text;
  while (rest !== "") {
    if (rest.startsWith(":")) return [...params, rest.slice(1)];
    const [param, more] = cutWord(rest);
    params.push(param);
    rest = more;
  }
  return params;
}

/** Of a tag that is given twice the last one counts (IRCv3). */
function parseTags(text: string): Record<string, string> {
  const tags: Record<string, string> = Object.create(null);
  for (const tag of text.split(";")) {
    const equals = tag.indexOf("=");
    const name = equals === -1 ? tag : tag.slice(0, equals);
    if (name !== "") tags[name] = equals === -1 ? "" : unescapeTag(tag.slice(equals + 1));
  }
  return tags;
}

const UNESCAPED: Readonly<Record<string, string>> = { ":": ";", s: " ", r: "\r", n: "\n" };

/** A backslash before anything else, or at the end, is dropped (IRCv3). */
function unescapeTag(value: string): string {
  return value.replace(/\\(.?)/gs, (_, sign: string) => UNESCAPED[sign] ?? sign);
}

/** A source with neither `!` nor `@` is a server's name if it has a dot, else a nick. */
function splitSource(source: string): Pick<IrcMessage, "nick" | "user" | "host"> {
  const [, nick = "", user = "", host = ""] = SOURCE.exec(source) ?? [];
  const isServer = user === "" && host === "" && nick === source && nick.includes(".");
  return isServer ? { nick: "", user, host: nick } : { nick, user, host };
}

const SOURCE = /^([^!@]*)(?:!([^@]*))?(?:@(.*))?$/s;

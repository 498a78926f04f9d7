/**
 * Formats and checks outgoing lines. Invalid text is refused, not silently cleaned: neither a line
 * that breaks the grammar nor one that would be read as two is sent. Pure.
 */
import { byteLength, MAX_LINE_BYTES } from "./line.ts";

/** Bytes of `@tags ` before an outgoing line, the space included (IRCv3 message-tags). */
const MAX_CLIENT_TAG_BYTES = 4_096;

/** The text cannot be sent as a line of IRC. The message gives the reason, without the text. */
export class LineRefused extends Error {
  override readonly name = "LineRefused";
}

export type LineTags = Readonly<Record<string, string>>;

/**
 * A line of a command, its parameters and tags. Only the last parameter may be empty, contain
 * spaces or begin with a colon. Throws LineRefused.
 */
export function formatLine(
  command: string,
  params: readonly string[] = [],
  tags: LineTags = {},
): string {
  if (!/^([A-Za-z]+|\d{3})$/.test(command)) throw new LineRefused("that is not a command");
  const parts = params.map((param, index) =>
    index === params.length - 1 ? lastParam(param) : middleParam(param, command, index),
  );
  return withTags([command, ...parts].join(" "), tags);
}

/** The line with tags before it. Throws LineRefused for an invalid tag name. */
export function withTags(line: string, tags: LineTags): string {
  const parts = Object.entries(tags).map(([name, value]) => {
    if (!TAG_NAME.test(name)) throw new LineRefused(`"${name}" is not a tag's name`);
    return value === "" ? name : `${name}=${escapeTag(value)}`;
  });
  return parts.length === 0 ? line : `@${parts.join(";")} ${line}`;
}

/** Why a line with its tags cannot be sent; undefined if it can. */
export function lineProblem(line: string, maxBytes: number = MAX_LINE_BYTES): string | undefined {
  if (BREAKS.test(line)) return "it holds a line break or NUL";
  if (!line.isWellFormed()) return "it holds half a character";
  const space = line.startsWith("@") ? line.indexOf(" ") : -1;
  const tags = line.slice(0, space + 1);
  const rest = line.slice(space + 1);
  if (!/^[A-Za-z0-9]/.test(rest)) return "it has no command";
  if (byteLength(tags) > MAX_CLIENT_TAG_BYTES) {
    return `its tags are ${byteLength(tags)} bytes; at most ${MAX_CLIENT_TAG_BYTES} may be`;
  }
  const bytes = byteLength(rest);
  return bytes > maxBytes ? `it is ${bytes} bytes; this network allows ${maxBytes}` : undefined;
}

// Servers end a line at these.
const BREAKS = /[\r\n\0]/;
const TAG_NAME = /^\+?([A-Za-z0-9.-]+\/)?[A-Za-z0-9-]+$/;

function middleParam(param: string, command: string, index: number): string {
  if (param === "" || param.startsWith(":") || param.includes(" ") || BREAKS.test(param)) {
    throw new LineRefused(`parameter ${index + 1} of ${command} is not one word`);
  }
  return param;
}

function lastParam(param: string): string {
  if (BREAKS.test(param)) throw new LineRefused("the text holds a line break or NUL");
  const isWord = param !== "" && !param.startsWith(":") && !param.includes(" ");
  return isWord ? param : `:${param}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  ";": "\\:",
  " ": "\\s",
  "\r": "\\r",
  "\n": "\\n",
};

function escapeTag(value: string): string {
  return value.replace(/[\\; \r\n]/g, (sign) => ESCAPES[sign] ?? "");
}

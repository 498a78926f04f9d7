/** Formatted text of Matrix as blocks, and back. Pure. */
import { type Block, plainText, text } from "@seabird-chat/protocol";

/** Blocks that have an HTML of their own. */
export const FORMATS = [
  "bold",
  "italics",
  "underline",
  "strikethrough",
  "inline_code",
  "fenced_code",
  "spoiler",
  "list",
  "link",
  "blockquote",
  "heading",
] as const;

/** Names that the HTML of a message needs, or has. */
export interface FormatNames {
  /** The channel that a room id or an alias stands for; undefined: none that the bot is in. */
  channelOf(roomIdOrAlias: string): string | undefined;
  /** The room id or alias of a channel, for a link to it. */
  roomOf(channelId: string): string | undefined;
  /** The name that a person is shown by; undefined: not known. */
  nameOf(userId: string): string | undefined;
}

/** The content of a message event, as far as it concerns its text. */
export interface MatrixText {
  /** For clients without formatting. */
  readonly body: string;
  /** HTML; undefined: nothing is formatted. */
  readonly formattedBody?: string | undefined;
  /** Whom it notifies: only those of mention blocks. */
  readonly mentions: { readonly userIds: readonly string[]; readonly isRoom: boolean };
}

/** Attachments are left out: they are events of their own. */
export function writeBlock(block: Block, _names: FormatNames): MatrixText {
  return { body: plainText(block), mentions: { userIds: [], isRoom: false } };
}

/** `content`: of a message event, or its `m.new_content`. Undefined: there is no text in it. */
export function readContent(
  { body }: Readonly<Record<string, unknown>>,
  _names: FormatNames,
): Block | undefined {
  return typeof body === "string" ? text(body) : undefined;
}

/**
 * Messages for text that is not valid YAML. The parser's own messages quote the text, which may
 * hold a secret.
 */

const MESSAGES: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: "one document only: nothing may follow ---",
  TAB_AS_INDENT: "a tab cannot indent; use spaces",
  BAD_INDENT: "this does not stand below the lines it belongs to; look at the indentation",
  MISSING_CHAR: "a quote, bracket, comma or colon is missing here or before it",
  BAD_SCALAR_START: "a text that begins with this sign has to be in quotes",
  BAD_DQ_ESCAPE: "no such \\ escape; write \\\\, or use single quotes",
  MULTILINE_IMPLICIT_KEY: "a key has to stand on one line; is a colon missing?",
  BLOCK_AS_IMPLICIT_KEY: "two colons in one line; put the text in quotes",
  BLOCK_IN_FLOW: "between brackets, use commas, not lines and dashes",
  TAG_RESOLVE_FAILED: "there are no tags here; put a text that begins with ! in quotes",
  BAD_ALIAS: "no such alias; put a text that begins with * in quotes",
  ALIAS_PROPS: "an alias has neither tag nor anchor of its own",
  MULTIPLE_ANCHORS: "two anchors for one value",
  KEY_OVER_1024_CHARS: "a key of more than 1,024 characters; is a colon missing?",
  RESOURCE_EXHAUSTION: "nested too deeply",
};

const OTHERWISE = "cannot be read from here on; look at the quotes, brackets and indentation";

const COMMENT = "# begins a comment; a text that begins with it has to be in quotes";

/** By the parser's code, and the character that it stopped at. */
export function yamlErrorMessage(code: string, at?: string): string {
  return `not valid YAML: ${at === "#" ? COMMENT : (MESSAGES[code] ?? OTHERWISE)}`;
}

/** Text as an XML document may hold it (XML 1.0, 2.2). Pure. */

/** Control characters but tabs and line breaks, and the two that are no characters. */
const NOT_IN_XML = /(?![\t\n\r])\p{Cc}|[\ufffe\uffff]/gu;

/**
 * The text without what XML cannot hold: a server ends the whole stream for a single character of
 * these (RFC 6120, 4.9.3.13).
 */
export function xmlText(text: string): string {
  return text.toWellFormed().replaceAll(NOT_IN_XML, "");
}

/** The parser of a stream, with bounds: a server hands on what strangers send. */
import { Parser, XMLError } from "@xmpp/xml";

/**
 * Characters of one stanza. More end the stream, since the rest cannot be told from the next one. Those in the
 * packet (64 KiB at most) in which the stanza before it ends are not counted. Servers take 256 KiB from
 * clients and 512 KiB from other servers (prosody, ejabberd).
 */
export const MAX_STANZA_CHARACTERS = 1024 * 1024;
/** Elements within each other. Deeper ones are left out; extensions need about six. */
export const MAX_DEPTH = 32;
/** Elements of one stanza. Further ones are left out. */
export const MAX_ELEMENTS = 20_000;

/**
 * What XMPP does not have is refused (RFC 6120, 11.1): entities other than XML's five, which the parser
 * below does not know, document types and comments, behind which it would hear nothing any more.
 */
export class BoundedParser extends Parser {
  /** Open elements, the stream's included. */
  #depth = 0;
  #elements = 0;
  #characters = 0;
  #hasBegun = false;
  /** The end of what was read, where something may have begun that goes on. */
  #tail = "";
  #isInCdata = false;
  /** Open elements that were left out. */
  #skipped = 0;

  override onStartElement(name: string, attrs?: string | Record<string, unknown>): void {
    const isLeftOut =
      this.#skipped > 0 || this.#depth > MAX_DEPTH || this.#elements >= MAX_ELEMENTS;
    if (isLeftOut) {
      this.#skipped += 1;
      return;
    }
    this.#depth += 1;
    this.#elements += 1;
    super.onStartElement(name, attrs);
  }

  override onEndElement(name: string): void {
    if (this.#skipped > 0) {
      this.#skipped -= 1;
      return;
    }
    this.#depth -= 1;
    if (this.#depth <= 1) {
      this.#elements = 0;
      this.#characters = 0;
    }
    super.onEndElement(name);
  }

  override onText(text: string): void {
    if (this.#skipped === 0) super.onText(text);
  }

  /** Never throws: what cannot be read is an `error`. */
  override write(data: string): void {
    // The library's takes any text before the first element, and would wait for one.
    if (!this.#hasBegun && data.trim() !== "") {
      this.#hasBegun = true;
      if (!data.trimStart().startsWith("<")) {
        this.emit("error", new XMLError(NOT_XMPP));
        return;
      }
    }
    if (this.#isRestricted(data)) {
      this.emit("error", new XMLError("a document type or a comment, which XMPP does not have"));
      return;
    }
    this.#characters += data.length;
    if (this.#characters > MAX_STANZA_CHARACTERS) {
      this.emit("error", new XMLError(`a stanza of more than ${MAX_STANZA_CHARACTERS} characters`));
      return;
    }
    try {
      for (const piece of piecesOf(data)) super.write(piece);
    } catch (cause) {
      this.emit("error", new XMLError(cause instanceof Error ? cause.message : String(cause)));
    }
  }

  /** Whether there is a `<!` that does not begin CDATA, within which it is text. */
  #isRestricted(data: string): boolean {
    let text = this.#tail + data;
    this.#tail = "";
    for (;;) {
      const at = text.indexOf(this.#isInCdata ? CDATA_END : "<!");
      if (at < 0) {
        this.#tail = this.#isInCdata
          ? text.slice(1 - CDATA_END.length)
          : (/<$/.exec(text)?.[0] ?? "");
        return false;
      }
      const begun = text.slice(at, at + CDATA.length);
      if (!this.#isInCdata && begun !== CDATA) {
        if (!CDATA.startsWith(begun)) return true;
        this.#tail = begun;
        return false;
      }
      text = text.slice(at + (this.#isInCdata ? CDATA_END : CDATA).length);
      this.#isInCdata = !this.#isInCdata;
    }
  }
}

/** From each character of a text the parser looks for the end of it again, in what it was given. */
const PIECE_CHARACTERS = 2_048;

/** Cut in front of a tag if one begins there. */
function* piecesOf(data: string): Generator<string, void, void> {
  for (let from = 0; from < data.length; ) {
    const piece = data.slice(from, from + PIECE_CHARACTERS);
    const isLast = from + piece.length === data.length;
    const tag = isLast ? -1 : piece.lastIndexOf("<");
    const cut = tag > 0 ? piece.slice(0, tag) : piece;
    yield cut;
    from += cut.length;
  }
}

const CDATA = "<![CDATA[";
const CDATA_END = "]]>";
const NOT_XMPP = "what answers there does not speak XMPP";

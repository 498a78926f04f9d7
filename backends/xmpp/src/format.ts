/** Message styling of XMPP (XEP-0393) as blocks, and blocks as message styling. Pure. */
import { type Block, plainText, text } from "@seabird-chat/protocol";

/** A body as blocks; undefined: nothing in it is formatted. */
export function bodyToBlock(_body: string): Block | undefined {
  return undefined;
}

/** What a message's body becomes. */
export interface RenderedBody {
  readonly body: string;
  /** The text has signs that read like styling and are none: `<unstyled/>` goes with it. */
  readonly isUnstyled: boolean;
}

/** `nameOf`: what a mention block is written as; undefined: its text. */
export function blockToBody(
  block: Block = text(""),
  _nameOf: (mention: Block) => string | undefined = () => undefined,
): RenderedBody {
  return { body: plainText(block), isUnstyled: false };
}

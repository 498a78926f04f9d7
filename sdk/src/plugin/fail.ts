/** `fail()`: ends a handler with a sentence for the person. */
import { plainText } from "@seabird-chat/protocol";
import { type Content, contentToWire } from "../link/content.ts";
import { sameAcrossCopies } from "../link/errors.ts";

/** What `fail` throws. It is neither logged as an error nor given to the plugin's `catch`. */
export class HandlerFailure extends Error {
  /** What the person is answered. */
  readonly content: Content;

  /** @internal Use `fail()`. */
  constructor(content: Content) {
    const said = contentToWire(content);
    super("text" in said ? said.text : plainText(said.rootBlock));
    this.name = "HandlerFailure";
    this.content = content;
  }
}

sameAcrossCopies(HandlerFailure, "seabird.handlerFailure");

/**
 * Ends the handler, and answers the person as `mentionReply` does. For what the person did wrong or
 * cannot have; the log has it at level `debug`. In a handler of events that cannot be answered it
 * only ends the handler.
 *
 * ```ts
 * const said = ctx.message.replyTo ?? fail("answer a message with !grab");
 * ```
 */
export function fail(content: Content): never {
  throw new HandlerFailure(content);
}

/** Of anything that was thrown. */
export function isHandlerFailure(thrown: unknown): thrown is HandlerFailure {
  try {
    return thrown instanceof HandlerFailure;
  } catch {
    // A thrown value may be a proxy on which even `instanceof` throws.
    return false;
  }
}

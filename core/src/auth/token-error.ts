/**
 * What administering tokens may fail with. The codes are among `broker/errors.ts`'s, which this
 * module does not import; the message may be shown to the caller.
 */
export class TokenError extends Error {
  readonly code: "bad_request" | "token_not_found" | "token_store_unavailable";

  constructor(code: TokenError["code"], message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "TokenError";
    this.code = code;
  }
}

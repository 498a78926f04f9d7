/** What a person gave to core and that cannot be used; the messages are one line. */

/** A command, flag or argument is wrong. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A setting is wrong: the message names it, the value got and those allowed. */
export class ConfigError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ConfigError";
  }
}

/** A wrong or missing value: the message is one line for a person. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

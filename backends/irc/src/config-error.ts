/** A wrong flag or variable: the message is one line for a person. */
import { SeabirdError } from "@seabird/sdk/backend";

export class ConfigError extends SeabirdError {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super("bad_option", message, options);
    this.name = "ConfigError";
  }
}

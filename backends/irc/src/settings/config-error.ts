/** A wrong flag or variable: the message is one line for a person. */
import { SeabirdError } from "@seabird-chat/sdk/backend";

/** Characters of a value that are repeated. */
const MAX_QUOTED = 80;

export class ConfigError extends SeabirdError {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super("bad_option", oneLine(message), options);
    this.name = "ConfigError";
  }
}

/** Control characters as they are escaped in JSON, `\n` say, and long values cut. */
function oneLine(message: string): string {
  return message
    .replace(/"([^"]*)"/g, (whole, value: string) =>
      value.length <= MAX_QUOTED ? whole : `"${value.slice(0, MAX_QUOTED)}…"`,
    )
    .replace(/\p{Cc}/gu, (control) => {
      const escaped = JSON.stringify(control).slice(1, -1);
      return escaped === control ? `\\u00${control.charCodeAt(0).toString(16)}` : escaped;
    })
    .toWellFormed();
}

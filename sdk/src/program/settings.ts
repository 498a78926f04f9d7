/**
 * The door `@seabird-chat/sdk/settings`: what a schema of zod's says to Seabird about a setting.
 * Other schema libraries say the same by `writeOnly` and `x-live` in their JSON Schema.
 */
import { z } from "zod";

export { SECRET_KEY, SettingsError } from "./check-settings.ts";

/**
 * A text that nobody but its part sees: `seabird config show` masks it, and in `seabird.yaml` it
 * may be given as `<name>_file`, the path of a file that holds it.
 */
export function secret() {
  return z.string().min(1).meta({ writeOnly: true });
}

/**
 * The setting may change while its part runs. A backend is told by `reconfigure`; whatever is
 * not marked so restarts its part.
 */
export function live<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.meta({ "x-live": true });
}

/**
 * The entry point `@seabird-chat/sdk/settings`: marks for settings in a schema of zod's.
 * With other schema libraries set `writeOnly` and `x-live` in the JSON Schema.
 */
import { z } from "zod";

export { SECRET_KEY, SettingsError } from "./check-settings.ts";

/**
 * A secret text: `seabird config show` masks it, and in `seabird.yaml` it
 * may be given as `<name>_file`, the path of a file that holds it.
 */
export function secret() {
  return z.string().min(1).meta({ writeOnly: true });
}

/**
 * The setting may change while its component runs: `reconfigure` receives it. A change of any other
 * setting restarts the component.
 */
export function live<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.meta({ "x-live": true });
}

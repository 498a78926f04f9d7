/**
 * The entry point `@seabird-chat/sdk/settings`: marks for settings in a schema of zod's.
 * With other schema libraries set `writeOnly` and `x-live` in the JSON Schema.
 */
import { z } from "zod";
import { normalChannelId } from "../link/normal-id.ts";

export { SECRET_KEY, SettingsError } from "./check-settings.ts";

/**
 * A secret text: `seabird config show` masks it, and in `seabird.yaml` it
 * may be given as `<name>_file`, the path of a file that holds it.
 */
export function secret() {
  return z.string().min(1).meta({ writeOnly: true });
}

const NO_CHANNEL_ID = "must be a channel's id, such as irc://libera/#games";

/**
 * A channel's absolute id, in any of its forms: `irc://libera/#games` becomes `irc://libera/%23games`,
 * as the ids of events are. Compare it with `===`. `seabird config check` looks whether its backend is in
 * `seabird.yaml`.
 */
export function channelId() {
  return z
    .string()
    .refine((text) => normalChannelId(text) !== undefined, { error: NO_CHANNEL_ID })
    .overwrite((text) => normalChannelId(text) ?? text)
    .meta({
      ...{ pattern: "^\\s*[^:]+://[^/]+/.+$", "x-message": NO_CHANNEL_ID },
      "x-channel-id": true,
    });
}

/**
 * The setting may change while its component runs: `reconfigure` receives it. A change of any other
 * setting restarts the component.
 */
export function live<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.meta({ "x-live": true });
}

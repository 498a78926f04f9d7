/** Tries a connection for `--probe`: connects, logs in, and leaves. Joins nothing. */
import type { ProbeHost } from "@seabird-chat/sdk/backend";
import type { XmppSettings } from "./settings.ts";

/** Resolves with who welcomed the bot; rejects with a ProbeFailure. */
export async function probe(_settings: XmppSettings, _host: ProbeHost): Promise<string> {
  throw new Error("not written yet");
}

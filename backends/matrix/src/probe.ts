/** Tries a login for `--probe`: finds the homeserver, logs in, and logs out again. Joins nothing. */
import { ProbeFailure, type ProbeHost } from "@seabird-chat/sdk/backend";
import type { MatrixSettings } from "./settings.ts";

/** Resolves with who was logged in; rejects with a ProbeFailure. */
export async function probe(_settings: MatrixSettings, host: ProbeHost): Promise<string> {
  host.begin("connect");
  throw new ProbeFailure("not built yet");
}

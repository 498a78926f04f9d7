/** Settings as the options of a connection. */
import { Fatal } from "@seabird-chat/sdk/backend";
import type { LoginOptions } from "./connection/login.ts";
import { LoginRefused } from "./connection/login.ts";
import type { MatrixSettings } from "./settings.ts";

/** Throws LoginRefused for settings that cannot work. */
export function loginOptions(settings: MatrixSettings): LoginOptions {
  const { homeserver, user, password, access_token, device_name } = settings;
  const isGiven = (value: string | undefined) => value !== undefined && value !== "";
  if (isGiven(access_token)) {
    return { homeserver, user, accessToken: access_token, deviceName: device_name };
  }
  if (!isGiven(user)) {
    const what = "is missing; give user and password, or an access_token";
    throw new LoginRefused(`user ${what}`, "user");
  }
  if (!isGiven(password)) {
    throw new LoginRefused(
      "password is missing; give the account's password, or an access_token",
      "password",
    );
  }
  return { homeserver, user, password, deviceName: device_name };
}

/** A setting that the server does not accept ends the backend. */
export function toFatal(reason: unknown): unknown {
  if (!(reason instanceof LoginRefused)) return reason;
  return new Fatal(reason.message, { setting: reason.setting, cause: reason });
}

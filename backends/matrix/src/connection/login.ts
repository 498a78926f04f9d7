/** Logs in: by a token, by what was kept of the last login, or by a password. */
import type { MatrixClient } from "./matrix-client.ts";
import { MatrixError } from "./matrix-error.ts";
import type { CallOptions } from "./matrix-http.ts";
import type { SavedSession } from "./saved-session.ts";

export interface LoginOptions {
  /** A name or a url. */
  readonly homeserver: string;
  /** `@mybot:example.org`, or `mybot`. Needed with `password`. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** In place of both. */
  readonly accessToken?: string | undefined;
  /** Of a new session of the account. */
  readonly deviceName: string;
}

/** The server does not accept a setting: a retry is of no use. */
export class LoginRefused extends Error {
  override readonly name = "LoginRefused";
  readonly setting: string;

  constructor(message: string, setting: string) {
    super(message);
    this.setting = setting;
  }
}

/** Where a right one comes from. */
const NEW_TOKEN =
  "give user and password, or take a new one in Element (Settings, Help & About, Access Token), which on servers that log in by a web page ends after minutes";
const RIGHT_PASSWORD = "set a new one in Element (Settings, Account), or give an access_token";

/**
 * Who was logged in; the client has its token then. Rejects with LoginRefused, and otherwise as the
 * client does.
 */
export async function logIn(
  client: MatrixClient,
  options: LoginOptions,
  saved: SavedSession,
  call: CallOptions,
): Promise<{ readonly userId: string }> {
  const { accessToken } = options;
  if (accessToken !== undefined) return await byToken(client, accessToken, options, saved, call);
  return (
    (await bySavedToken(client, options, saved, call)) ??
    (await byPassword(client, options, saved, call))
  );
}

async function byToken(
  client: MatrixClient,
  token: string,
  { homeserver }: LoginOptions,
  saved: SavedSession,
  call: CallOptions,
) {
  client.accessToken = token;
  try {
    const { userId, deviceId } = await client.whoami(call);
    keep(saved, { homeserver, userId, deviceId });
    return { userId };
  } catch (reason) {
    if (reason instanceof MatrixError) throw tokenRefused(reason) ?? reason;
    throw reason;
  }
}

/** Undefined: the refusal has another reason than the token. */
export function tokenRefused(reason: MatrixError): LoginRefused | undefined {
  const { errcode, status, message } = reason;
  if (errcode === "M_USER_DEACTIVATED") {
    return new LoginRefused(`the account is deactivated: ${message}`, "access_token");
  }
  // Until the server's people unlock it (MSC3939); the session stays.
  if (errcode === "M_USER_LOCKED") return undefined;
  if (errcode !== "M_UNKNOWN_TOKEN" && errcode !== "M_MISSING_TOKEN" && status !== 401) {
    return undefined;
  }
  return new LoginRefused(
    `the access token is not valid: ${message.replace(/\.$/, "")}; ${NEW_TOKEN}`,
    "access_token",
  );
}

/** Undefined: there is none, or the server no longer takes it. */
async function bySavedToken(
  client: MatrixClient,
  { homeserver, user }: LoginOptions,
  { current }: SavedSession,
  call: CallOptions,
) {
  const isSame = current?.homeserver === homeserver && isUser(current.userId, user ?? "");
  if (!isSame || current.accessToken === undefined) return undefined;
  client.accessToken = current.accessToken;
  try {
    const { userId } = await client.whoami(call);
    if (userId === current.userId) return { userId };
  } catch (reason) {
    if (!(reason instanceof MatrixError) || tokenRefused(reason) === undefined) throw reason;
  }
  client.accessToken = undefined;
  return undefined;
}

async function byPassword(
  client: MatrixClient,
  options: LoginOptions,
  saved: SavedSession,
  call: CallOptions,
) {
  const { homeserver, user = "", password = "", deviceName } = options;
  const before = saved.current;
  const isSame = before?.homeserver === homeserver && isUser(before.userId, user);
  const deviceId = isSame ? before.deviceId : undefined;
  try {
    const login = await client.login({ user, password, deviceId, deviceName }, call);
    client.accessToken = login.accessToken;
    keep(saved, { homeserver, ...login });
    return { userId: login.userId };
  } catch (reason) {
    if (!(reason instanceof MatrixError)) throw reason;
    throw (await passwordRefused(client, reason, call)) ?? reason;
  }
}

async function passwordRefused(client: MatrixClient, reason: MatrixError, call: CallOptions) {
  const { errcode, message } = reason;
  if (errcode === "M_USER_DEACTIVATED") {
    return new LoginRefused(`the account is deactivated: ${message}`, "user");
  }
  if (errcode === "M_FORBIDDEN") {
    const what = `the server does not accept user and password: ${message}; ${RIGHT_PASSWORD}`;
    return new LoginRefused(what, "password");
  }
  if (errcode === "M_INVALID_USERNAME") return new LoginRefused(message, "user");
  if (errcode !== "M_UNKNOWN" && errcode !== "M_UNRECOGNIZED") return undefined;
  const flows = await client.loginFlows(call);
  if (flows.includes("m.login.password")) return undefined;
  return new LoginRefused(
    "the server has no login by password; give an access_token (in Element: Settings, Help & About)",
    "password",
  );
}

/** What was kept for the same account stays. */
function keep(
  saved: SavedSession,
  login: {
    homeserver: string;
    userId: string;
    deviceId?: string | undefined;
    accessToken?: string;
  },
): void {
  const before = saved.current;
  const isSame = before?.homeserver === login.homeserver && before.userId === login.userId;
  saved.keep({
    ...login,
    position: isSame ? before.position : undefined,
    rooms: isSame ? before.rooms : {},
  });
}

/** Whether a user id is that of a setting, which may be its name alone. */
function isUser(userId: string, user: string): boolean {
  return userId === user || userId.split(":", 1)[0] === `@${user.replace(/^@/, "")}`;
}

/** Tries a login for `--probe`: finds the homeserver, logs in, and out again. Joins nothing. */
import { type Clock, ProbeFailure, type ProbeHost } from "@seabird-chat/sdk/backend";
import { findHomeserver, NoHomeserver } from "./connection/homeserver.ts";
import { type LoginOptions, LoginRefused, logIn } from "./connection/login.ts";
import { MatrixClient } from "./connection/matrix-client.ts";
import { MatrixError, MatrixUnreachable } from "./connection/matrix-error.ts";
import { SavedSession } from "./connection/saved-session.ts";
import { loginOptions } from "./options.ts";
import type { MatrixSettings } from "./settings.ts";

const clock: Clock = {
  now: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, then) {
    const timer = setTimeout(then, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Milliseconds for ending the session of the trial. */
const LOGOUT_MS = 3_000;

/** Resolves with who was logged in; rejects with a ProbeFailure. */
export async function probe(settings: MatrixSettings, host: ProbeHost): Promise<string> {
  const { signal } = host;
  try {
    const login = loginOptions(settings);
    host.begin("connect");
    const { baseUrl } = await findHomeserver(login.homeserver, signal);
    host.begin("login");
    const client = new MatrixClient({ baseUrl, clock, random: Math.random });
    return `${baseUrl} welcomes ${await tryLogin(client, login, signal)}`;
  } catch (reason) {
    signal.throwIfAborted();
    throw toFailure(reason);
  }
}

async function tryLogin(client: MatrixClient, login: LoginOptions, signal: AbortSignal) {
  const nowhere = new SavedSession(undefined, () => undefined);
  const deviceName = `${login.deviceName} (trial)`;
  const { userId } = await logIn(client, { ...login, deviceName }, nowhere, { signal });
  // A session that was there before stays.
  if (login.accessToken === undefined) {
    await client.logout({ signal, deadlineMs: clock.now() + LOGOUT_MS }).catch(() => undefined);
  }
  return userId;
}

function toFailure(reason: unknown): unknown {
  if (reason instanceof LoginRefused) {
    return new ProbeFailure(reason.message, { setting: reason.setting, cause: reason });
  }
  if (reason instanceof NoHomeserver || reason instanceof MatrixUnreachable) {
    return new ProbeFailure(reason.message, { setting: "homeserver", cause: reason });
  }
  if (reason instanceof MatrixError) return new ProbeFailure(reason.message, { cause: reason });
  return reason;
}

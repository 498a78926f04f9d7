/** The checks of `seabird doctor`, in the order in which a fault hides the ones behind it. */
import { statSync } from "node:fs";
import { Code, ConnectError } from "@connectrpc/connect";
import { HealthCheckResponse_ServingStatusSchema } from "@seabird-chat/protocol/grpc";
import { formatRoughDuration } from "@seabird-chat/runtime";
import { callFailure, withoutAdmin } from "../client/call-failure.ts";
import type { Clients } from "../client/clients.ts";
import { type LostNetwork, lostNetworks, lostText } from "../client/lost-networks.ts";
import { isOnThisMachine, type Settings } from "../client/settings.ts";
import { ownVersion } from "../process/bins.ts";
import { checkRun } from "./check-run.ts";
import { type Finding, good, type Patient, problem, WITHIN, warning } from "./finding.ts";

type Check = (patient: Patient) => Promise<readonly Finding[]>;

/** Clocks this far apart make expiries and logs confusing. */
const CLOCK_TOLERANCE_MS = 5_000;
/** A queue of this many events means that a plugin reads too slowly. */
const LONG_QUEUE_EVENTS = 1_000;
/** Of missing permissions, for each backend. */
const MAX_PERMISSIONS = 20;
const SERVING = HealthCheckResponse_ServingStatusSchema.values.find(
  ({ name }) => name === "SERVING",
)?.number;

export const CHECKS: readonly Check[] = [
  checkAddress,
  checkReachable,
  checkToken,
  checkVersion,
  checkClock,
  checkBackends,
  checkQueues,
  checkRun,
];

/** A call that failed; what comes after it could only fail too. */
function failure(about: string, error: unknown, settings: Settings): Finding {
  const { message, next } = callFailure(error, settings);
  return { ...problem(about, message, next), ends: true };
}

async function checkAddress({ settings: { url, urlFrom } }: Patient): Promise<readonly Finding[]> {
  const text = `${url} (from ${urlFrom})`;
  if (url.startsWith("https:") || isOnThisMachine(url)) return [good("address", text)];
  const open = `${text}: the token and all messages are sent unencrypted`;
  return [warning("address", open, "use TLS: see docs/running-core.md")];
}

async function checkReachable({ settings, clients }: Patient): Promise<readonly Finding[]> {
  const about = "core";
  try {
    const { status } = await clients.health.check({}, WITHIN);
    if (status === SERVING) return [good(about, "answers, and is serving")];
    const text = "answers, but is not serving: it is starting or going down";
    return [{ ...problem(about, text, "wait, then look at its log"), ends: true }];
  } catch (error) {
    const { code } = ConnectError.from(error);
    // Cores without the health service answer too.
    if ([Code.Unimplemented, Code.Unauthenticated, Code.PermissionDenied].includes(code)) {
      return [good(about, "answers (without a health service)")];
    }
    return [failure(about, error, settings)];
  }
}

async function checkToken({ settings, clients }: Patient): Promise<readonly Finding[]> {
  const about = "token";
  if (settings.token === undefined) {
    const next =
      "set SEABIRD_TOKEN, or run this where core was started; `seabird token create` makes one";
    return [{ ...problem(about, "there is none", next), ends: true }];
  }
  try {
    await clients.seabird.getCoreInfo({}, WITHIN);
    return [good(about, `valid (from ${settings.tokenFrom})`), ...fileMode(settings)];
  } catch (error) {
    return [failure(about, error, settings)];
  }
}

/** The administrator's token is for its owner's eyes. */
function fileMode({ tokenFrom }: Settings): readonly Finding[] {
  const mode = statSync(tokenFrom, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & 0o077) === 0) return [];
  const text = `${tokenFrom} can be read by other users`;
  return [problem("token file", text, `chmod 600 ${tokenFrom}`)];
}

async function checkVersion({ clients }: Patient): Promise<readonly Finding[]> {
  const about = "version";
  return await attempt(about, async () => {
    const server = await clients.admin.getServerInfo({}, WITHIN).catch(withoutAdmin);
    const own = ownVersion();
    if (server === undefined) {
      return [warning(about, "unknown: the token lacks the scope admin, or it is another core")];
    }
    if (server.version === own) return [good(about, `${own}, core and this command`)];
    const text = `core is ${server.version}, this command ${own}`;
    return [warning(about, text, "restart core after an update")];
  });
}

async function checkClock({ clients }: Patient): Promise<readonly Finding[]> {
  const about = "clock";
  return await attempt(about, async () => {
    const { currentTimestamp } = await clients.seabird.getCoreInfo({}, WITHIN);
    const apartMs = Math.abs(Date.now() - Number(currentTimestamp) * 1000);
    if (apartMs <= CLOCK_TOLERANCE_MS) return [good(about, "core's and this machine's agree")];
    const text = `core's and this machine's are ${formatRoughDuration(apartMs)} apart`;
    return [warning(about, text, "set both by NTP: expiring tokens depend on it")];
  });
}

async function checkBackends({ clients }: Patient): Promise<readonly Finding[]> {
  const about = "backends";
  return await attempt(about, async () => {
    const [{ backends }, lost] = await Promise.all([
      clients.seabird.listBackends({}, WITHIN),
      lostNetworks(clients, WITHIN),
    ]);
    const none = warning(
      about,
      "none is connected",
      "start one: `seabird backend irc`, or `seabird up`",
    );
    if (backends.length === 0) return [none];
    const found = backends.map(({ id }) => checkBackend(clients, id, lost.get(id)));
    return (await Promise.all(found)).flat();
  });
}

/** `lost`: what core knows; an older core leaves it to what the backend says itself. */
async function checkBackend(
  { seabird }: Clients,
  backendId: string,
  lost: LostNetwork | undefined,
): Promise<readonly Finding[]> {
  const about = `backend ${backendId}`;
  const away = (network: string) => {
    const next = "it tries again by itself; if the reason lasts, check its settings and its log";
    return [problem(about, `its network is ${network}`, next)];
  };
  if (lost !== undefined) return away(lostText(lost));
  try {
    const [info, { channels }] = await Promise.all([
      seabird.getBackendInfo({ backendId }, WITHIN),
      seabird.listChannels({ backendId }, WITHIN),
    ]);
    const network = info.metadata["network"];
    if (network?.startsWith("away") === true) return away(network);
    const { version } = info.metadata;
    const count = `${channels.length} channel${channels.length === 1 ? "" : "s"}`;
    const text = `answers, ${count}${version === undefined ? "" : `, version ${version}`}`;
    const answers =
      channels.length > 0
        ? good(about, text)
        : warning(about, text, `join one: \`seabird join ${backendId} NAME\``);
    return [answers, ...missingPermissions(backendId, info.metadata["missing_permissions"])];
  } catch (error) {
    const text = `does not answer: ${ConnectError.from(error).rawMessage}`;
    return [warning(about, text, "look at its log, and restart it")];
  }
}

/** `lines`: `#lobby: cannot delete messages (power 0, needs 50)`, separated by `; `. */
function missingPermissions(backendId: string, lines = ""): readonly Finding[] {
  const about = `backend ${backendId}`;
  const found = lines.split("; ").filter((line) => line.trim() !== "");
  const next = "if a plugin needs it, ask whoever runs that channel to give the bot the right";
  const shown = found.slice(0, MAX_PERMISSIONS).map((line) => warning(about, line, next));
  if (found.length <= MAX_PERMISSIONS) return shown;
  const rest = `${found.length - MAX_PERMISSIONS} more permissions are missing`;
  return [...shown, warning(about, rest, `\`seabird backends ${backendId}\` shows all`)];
}

async function checkQueues({ clients }: Patient): Promise<readonly Finding[]> {
  try {
    const { streams } = await clients.admin.listStreams({}, WITHIN);
    const slow = streams.filter(({ queuedEvents }) => queuedEvents >= LONG_QUEUE_EVENTS);
    if (slow.length === 0) return [good("streams", `${streams.length} open, all keep up`)];
    return slow.map(({ id, tokenName, queuedEvents }) => {
      const text = `${tokenName} is ${queuedEvents} events behind`;
      return warning(`stream ${id}`, text, `see why it is slow; \`seabird kick ${id}\` ends it`);
    });
  } catch {
    return [];
  }
}

async function attempt(
  about: string,
  question: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await question();
  } catch (error) {
    return [problem(about, ConnectError.from(error).rawMessage)];
  }
}

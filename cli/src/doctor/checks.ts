/** The checks of `seabird doctor`, in the order in which a fault hides the ones behind it. */
import { statSync } from "node:fs";
import { Code, ConnectError } from "@connectrpc/connect";
import { HealthCheckResponse_ServingStatusSchema } from "@seabird-chat/protocol/grpc";
import { formatRoughDuration } from "@seabird-chat/runtime";
import { callFailure } from "../client/call-failure.ts";
import type { Clients } from "../client/clients.ts";
import { isOnThisMachine, type Settings } from "../client/settings.ts";
import { withoutAdmin } from "../commands/info.ts";
import { ignoredLines } from "../commands/unignore.ts";
import { ownVersion } from "../process/bins.ts";
import { askRun } from "../supervise/control-client.ts";
import type { ProjectStatus } from "../supervise/control-protocol.ts";

/** The answer to one question. A late one is a problem, and the next check follows. */
const DOCTOR_TIMEOUT_MS = 5_000;

export interface Finding {
  readonly state: "good" | "warning" | "problem";
  readonly about: string;
  readonly text: string;
  readonly next?: string;
  /** Later checks could only repeat this one. */
  readonly ends?: boolean;
}

export interface Patient {
  readonly settings: Settings;
  readonly clients: Clients;
}

type Check = (patient: Patient) => Promise<readonly Finding[]>;

/** For each question. */
const WITHIN = { timeoutMs: DOCTOR_TIMEOUT_MS };
/** Clocks this far apart make expiries and logs confusing. */
const CLOCK_TOLERANCE_MS = 5_000;
/** A queue of this many events means that a plugin reads too slowly. */
const LONG_QUEUE_EVENTS = 1_000;
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
  checkIgnored,
];

async function checkAddress({ settings }: Patient): Promise<readonly Finding[]> {
  const about = "address";
  const { url, urlFrom } = settings;
  if (url.startsWith("https:") || isOnThisMachine(url)) {
    return [{ state: "good", about, text: `${url} (from ${urlFrom})` }];
  }
  const text = `${url} (from ${urlFrom}): the token and all messages are sent unencrypted`;
  return [{ state: "warning", about, text, next: "use TLS: see docs/running-core.md" }];
}

async function checkReachable({ settings, clients }: Patient): Promise<readonly Finding[]> {
  const about = "core";
  try {
    const { status } = await clients.health.check({}, WITHIN);
    if (status === SERVING) return [{ state: "good", about, text: "answers, and is serving" }];
    const text = "answers, but is not serving: it is starting or going down";
    return [{ state: "problem", about, text, next: "wait, then look at its log", ends: true }];
  } catch (error) {
    // Cores without the health service answer too.
    if (ConnectError.from(error).code === Code.Unimplemented || isTokenTrouble(error)) {
      return [{ state: "good", about, text: "answers (without a health service)" }];
    }
    const { message, next } = callFailure(error, settings);
    return [{ state: "problem", about, text: message, ...(next && { next }), ends: true }];
  }
}

async function checkToken({ settings, clients }: Patient): Promise<readonly Finding[]> {
  const about = "token";
  if (settings.token === undefined) {
    const next =
      "set SEABIRD_TOKEN, or run this where core was started; `seabird token create` makes one";
    return [{ state: "problem", about, text: "there is none", next, ends: true }];
  }
  try {
    await clients.seabird.getCoreInfo({}, WITHIN);
    return [
      { state: "good", about, text: `valid (from ${settings.tokenFrom})` },
      ...fileMode(settings),
    ];
  } catch (error) {
    const { message, next } = callFailure(error, settings);
    return [{ state: "problem", about, text: message, ...(next && { next }), ends: true }];
  }
}

function isTokenTrouble(error: unknown): boolean {
  const { code } = ConnectError.from(error);
  return code === Code.Unauthenticated || code === Code.PermissionDenied;
}

/** The administrator's token is for its owner's eyes. */
function fileMode({ tokenFrom }: Settings): readonly Finding[] {
  const mode = statSync(tokenFrom, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & 0o077) === 0) return [];
  const text = `${tokenFrom} can be read by other users`;
  return [{ state: "problem", about: "token file", text, next: `chmod 600 ${tokenFrom}` }];
}

async function checkVersion({ clients }: Patient): Promise<readonly Finding[]> {
  return await attempt("version", async () => {
    const server = await clients.admin.getServerInfo({}, WITHIN).catch(withoutAdmin);
    if (server === undefined) {
      return {
        state: "warning",
        text: "unknown: the token lacks the scope admin, or it is another core",
      };
    }
    const own = ownVersion();
    if (server.version === own) return { state: "good", text: `${own}, core and this command` };
    const text = `core is ${server.version}, this command ${own}`;
    return { state: "warning", text, next: "restart core after an update" };
  });
}

async function checkClock({ clients }: Patient): Promise<readonly Finding[]> {
  return await attempt("clock", async () => {
    const { currentTimestamp } = await clients.seabird.getCoreInfo({}, WITHIN);
    const apartMs = Math.abs(Date.now() - Number(currentTimestamp) * 1000);
    if (apartMs <= CLOCK_TOLERANCE_MS)
      return { state: "good", text: "core's and this machine's agree" };
    const text = `core's and this machine's are ${formatRoughDuration(apartMs)} apart`;
    return { state: "warning", text, next: "set both by NTP: expiring tokens depend on it" };
  });
}

async function checkBackends({ clients }: Patient): Promise<readonly Finding[]> {
  try {
    const { backends } = await clients.seabird.listBackends({}, WITHIN);
    if (backends.length > 0)
      return await Promise.all(backends.map(({ id }) => checkBackend(clients, id)));
    const next = "start one: `seabird backend irc`, or `seabird up`";
    return [{ state: "warning", about: "backends", text: "none is connected", next }];
  } catch (error) {
    return [{ state: "problem", about: "backends", text: ConnectError.from(error).rawMessage }];
  }
}

async function checkBackend({ seabird }: Clients, backendId: string): Promise<Finding> {
  const about = `backend ${backendId}`;
  try {
    const [info, { channels }] = await Promise.all([
      seabird.getBackendInfo({ backendId }, WITHIN),
      seabird.listChannels({ backendId }, WITHIN),
    ]);
    const network = info.metadata["network"];
    if (network?.startsWith("away") === true) {
      const next = "it tries again by itself; if the reason lasts, check its settings and its log";
      return { state: "problem", about, text: `its network is ${network}`, next };
    }
    const { version } = info.metadata;
    const more = version === undefined ? "" : `, version ${version}`;
    const text = `answers, ${plural(channels.length, "channel")}${more}`;
    return channels.length > 0
      ? { state: "good", about, text }
      : { state: "warning", about, text, next: `join one: \`seabird join ${backendId} NAME\`` };
  } catch (error) {
    const text = `does not answer: ${ConnectError.from(error).rawMessage}`;
    return { state: "warning", about, text, next: "look at its log, and restart it" };
  }
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

async function checkQueues({ clients }: Patient): Promise<readonly Finding[]> {
  try {
    const { streams } = await clients.admin.listStreams({}, WITHIN);
    const slow = streams.filter(({ queuedEvents }) => queuedEvents >= LONG_QUEUE_EVENTS);
    if (slow.length === 0) {
      return [{ state: "good", about: "streams", text: `${streams.length} open, all keep up` }];
    }
    return slow.map(({ id, tokenName, queuedEvents }) => ({
      state: "warning",
      about: `stream ${id}`,
      text: `${tokenName} is ${queuedEvents} events behind`,
      next: `see why it is slow; \`seabird kick ${id}\` ends it`,
    }));
  } catch {
    return [];
  }
}

/** Asks the `seabird up` of this folder, if it runs this core. */
async function checkIgnored({ settings }: Patient): Promise<readonly Finding[]> {
  const status = (await askRun({ do: "ps" }).catch(() => undefined)) as ProjectStatus | undefined;
  if (status === undefined || status.url !== settings.url) return [];
  return status.components
    .flatMap((component) => ignoredLines(component, Date.now()))
    .map((text) => ({
      state: "warning",
      about: "loop",
      text,
      next: "tell the other bot's operator; `seabird unignore USER` ends it",
    }));
}

async function attempt(
  about: string,
  question: () => Promise<Omit<Finding, "about">>,
): Promise<readonly Finding[]> {
  try {
    return [{ about, ...(await question()) }];
  } catch (error) {
    return [{ state: "problem", about, text: ConnectError.from(error).rawMessage }];
  }
}

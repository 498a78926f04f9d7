/** What a backend reports about itself (protocol: GetBackendInfo). */
import { readFileSync } from "node:fs";
import type { NetworkStatus } from "@seabird-chat/runtime";
import type { Log } from "../program/log.ts";
import type { BackendSpec } from "./backend.ts";
import type { BackendConnection } from "./backend-connection.ts";
import { capabilitiesOf } from "./requests.ts";

/**
 * Lists are joined by commas; no capabilities while the network is away. The connection's own values
 * win, but for `network`.
 */
export async function metadata<Config>(
  spec: BackendSpec<Config>,
  config: Config,
  { connection, network, log }: Source<Config>,
): Promise<Record<string, string>> {
  const { formats = [], maxMessageBytes, userIds = "unverified" } = spec;
  const limit = maxMessageBytes === undefined ? {} : { max_message_bytes: String(maxMessageBytes) };
  return {
    capabilities: capabilitiesOf(connection ?? {}, spec.sends).join(","),
    command_prefix: prefixOf(spec, config),
    formats: formats.join(",") || "plain",
    ...limit,
    user_ids: userIds,
    version: spec.version ?? sdkVersion(),
    ...(await own(connection, log)),
    network: networkText(network),
  };
}

interface Source<Config> {
  readonly connection: BackendConnection<Config> | undefined;
  readonly network: NetworkStatus;
  readonly log: Log;
}

/** `connected`, or `away since 2026-01-31T12:00:00Z: the connection was closed`. */
function networkText(status: NetworkStatus): string {
  if (status.state === "connected") return status.state;
  const since = new Date(status.sinceMs).toISOString().replace(/\.\d+/, "");
  return `away since ${since}${status.why === "" ? "" : `: ${status.why}`}`;
}

/** The connection's values that are text, numbers or booleans. Never rejects. */
async function own<Config>(
  connection: BackendConnection<Config> | undefined,
  log: Log,
): Promise<Record<string, string>> {
  let given: unknown;
  try {
    given = await connection?.metadata?.();
  } catch (error) {
    log.warn({ error }, "metadata() failed; only the values of the SDK are reported");
  }
  if (typeof given !== "object" || given === null) return {};
  const rows = Object.entries(given).filter(([, value]) => isScalar(value));
  return Object.fromEntries(rows.map(([name, value]) => [name, String(value)]));
}

function isScalar(value: unknown): boolean {
  return ["string", "number", "boolean", "bigint"].includes(typeof value);
}

export function prefixOf<Config>({ commandPrefix = "!" }: BackendSpec<Config>, config: Config) {
  return typeof commandPrefix === "string" ? commandPrefix : commandPrefix(config);
}

/** The version of this SDK, such as `0.1.0`. */
function sdkVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const manifest: unknown = JSON.parse(text);
  const isManifest = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return isManifest ? String(manifest.version) : "unknown";
}

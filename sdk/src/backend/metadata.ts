/** What a backend tells about itself (protocol: GetBackendInfo). */
import type { Log } from "../program/log.ts";
import { sdkVersion } from "../program/sdk-version.ts";
import type { BackendConnection, BackendSpec } from "./backend.ts";
import { SEND_KINDS } from "./send-kinds.ts";

/** Lists are joined by commas. What the connection tells itself goes before it. */
export async function metadata<Config>(
  spec: BackendSpec<Config>,
  config: Config,
  { connection, log }: Source<Config>,
): Promise<Record<string, string>> {
  const { formats = [], maxMessageBytes, userIds = "unverified" } = spec;
  const limit = maxMessageBytes === undefined ? {} : { max_message_bytes: String(maxMessageBytes) };
  return {
    capabilities: capabilities(spec, connection).join(","),
    command_prefix: prefixOf(spec, config),
    formats: formats.join(",") || "plain",
    ...limit,
    user_ids: userIds,
    version: spec.version ?? sdkVersion(),
    ...(await own(connection, log)),
  };
}

interface Source<Config> {
  readonly connection: BackendConnection<Config> | undefined;
  readonly log: Log;
}

/** What the connection tells itself, as far as it is text: plugins need the rest in any case. */
async function own<Config>(
  connection: BackendConnection<Config> | undefined,
  log: Log,
): Promise<Record<string, string>> {
  let told: unknown;
  try {
    told = await connection?.metadata?.();
  } catch (error) {
    log.warn({ error }, "metadata() failed; what the SDK knows is told");
  }
  if (typeof told !== "object" || told === null) return {};
  const rows = Object.entries(told).filter(([, value]) => isTold(value));
  return Object.fromEntries(rows.map(([name, value]) => [name, String(value)]));
}

function isTold(value: unknown): boolean {
  return ["string", "number", "boolean", "bigint"].includes(typeof value);
}

export function prefixOf<Config>({ commandPrefix = "!" }: BackendSpec<Config>, config: Config) {
  return typeof commandPrefix === "string" ? commandPrefix : commandPrefix(config);
}

/** None while the network is away. */
function capabilities<Config>(
  { sends = SEND_KINDS }: BackendSpec<Config>,
  connection: BackendConnection<Config> | undefined,
): readonly string[] {
  return [
    ...(connection?.send === undefined ? [] : sends),
    ...(connection?.join === undefined ? [] : ["join"]),
    ...(connection?.leave === undefined ? [] : ["leave"]),
    ...(connection?.setTopic === undefined ? [] : ["topic"]),
  ];
}

/** What a backend tells about itself (protocol: GetBackendInfo). */
import { sdkVersion } from "../program/sdk-version.ts";
import type { BackendConnection, BackendSpec } from "./backend.ts";
import { SEND_KINDS } from "./backend.ts";

/** Lists are joined by commas. What the connection tells itself goes before it. */
export async function metadata<Config>(
  spec: BackendSpec<Config>,
  config: Config,
  connection: BackendConnection<Config> | undefined,
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
    ...(await connection?.metadata?.()),
  };
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

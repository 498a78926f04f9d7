/** The Matrix backend: its definition for the SDK. */
import { backend } from "@seabird-chat/sdk/backend";
import { CAPABILITIES } from "./capabilities.ts";
import { FORMATS } from "./format.ts";
import { MatrixNetwork } from "./matrix-network.ts";
import { probe } from "./probe.ts";
import { settings } from "./settings.ts";

/** No limit by the SDK: the connection has its own for everything it does. */
const NEVER_MS = 2_147_483_647;

export const matrixBackend = backend("matrix", {
  help: "a Matrix account",
  config: settings,
  commandPrefix: (config) => config.command_prefix,
  formats: FORMATS,
  userIds: "verified",
  connectTimeoutMs: NEVER_MS,
  capabilities: CAPABILITIES,
  connect: (host) => MatrixNetwork.connect(host),
  probe,
});

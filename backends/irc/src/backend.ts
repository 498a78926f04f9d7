/** The IRC backend: its definition for the SDK. */
import { backend } from "@seabird-chat/sdk/backend";
import { IrcNetwork } from "./irc-network.ts";
import { capabilitiesOf, NO_OFFERS } from "./network-capabilities.ts";
import { probe } from "./probe.ts";
import { settings } from "./settings.ts";

/** Blocks that IRC has formatting codes for, and fenced code, whose lines stay as they are. */
const FORMATS = [
  "bold",
  "italics",
  "underline",
  "strikethrough",
  "inline_code",
  "fenced_code",
] as const;

/** No limit by the SDK: the connection has its own for everything it does. */
const NEVER_MS = 2_147_483_647;

export const ircBackend = backend("irc", {
  help: "an IRC network",
  config: settings,
  commandPrefix: (config) => config.command_prefix,
  formats: FORMATS,
  connectTimeoutMs: NEVER_MS,
  requestTimeoutMs: NEVER_MS,
  capabilities: capabilitiesOf(NO_OFFERS),
  connect: (host) => IrcNetwork.connect(host),
  probe,
});

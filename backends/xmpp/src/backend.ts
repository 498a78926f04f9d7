/** The XMPP backend: its definition for the SDK. */
import { backend } from "@seabird-chat/sdk/backend";
import { CAPABILITIES } from "./network-capabilities.ts";
import { probe } from "./probe.ts";
import { settings } from "./settings.ts";
import { XmppNetwork } from "./xmpp-network.ts";

/** Blocks that message styling (XEP-0393) has. */
const FORMATS = [
  "bold",
  "italics",
  "strikethrough",
  "inline_code",
  "fenced_code",
  "blockquote",
] as const;

/** No limit by the SDK: the connection has its own for everything it does. */
const NEVER_MS = 2_147_483_647;

export const xmppBackend = backend("xmpp", {
  help: "an XMPP account",
  config: settings,
  commandPrefix: (config) => config.command_prefix,
  formats: FORMATS,
  connectTimeoutMs: NEVER_MS,
  requestTimeoutMs: NEVER_MS,
  capabilities: CAPABILITIES,
  connect: (host) => XmppNetwork.connect(host),
  probe,
});

/** The glue: what an IRC backend is, and what connects it. */
import { backend } from "@seabird-chat/sdk/backend";
import { IrcNetwork } from "./irc-network.ts";
import { probe } from "./probe.ts";
import { settings } from "./settings.ts";

/** What IRC has codes for, and code, whose lines stay as they are. */
const FORMATS = [
  "bold",
  "italics",
  "underline",
  "strikethrough",
  "inline_code",
  "fenced_code",
] as const;

/** Longer than anything here takes: the connection has limits of its own for all that it does. */
const NEVER_MS = 2_147_483_647;

export const ircBackend = backend("irc", {
  help: "an IRC network",
  config: settings,
  commandPrefix: (config) => config.command_prefix,
  formats: FORMATS,
  connectTimeoutMs: NEVER_MS,
  requestTimeoutMs: NEVER_MS,
  connect: (host) => IrcNetwork.connect(host),
  probe,
});

/** `ping`: shows that everything between a person and a plugin works. */
import type { Plugin } from "../plugin.ts";

export const ping: Plugin = {
  name: "ping",
  commands: {
    ping: { shortHelp: "answers pong", run: () => "pong" },
  },
};

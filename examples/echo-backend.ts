/**
 * The smallest backend: a network of one channel and one person, who says each line of standard
 * input; what plugins send there is written to standard output.
 *
 * Run: SEABIRD_TOKEN=… npx --no-install seabird backend examples/echo-backend.ts
 */
import { createInterface } from "node:readline";
import { backend, Refused } from "@seabird-chat/sdk/backend";

export const echo = backend("echo", {
  async connect(host) {
    await host.core.ready();
    host.channels.joined({ id: "room", displayName: "the room" });
    const lines = createInterface({ input: process.stdin });
    lines.on("line", (text) => host.emit.message({ channel: "room", user: "me", text }));
    lines.on("close", () => host.leave());
    return {
      send: ({ id }, { text }) => {
        if (id !== "room") throw new Refused(`there is no channel "${id}", only "room"`);
        console.log(text);
      },
      close: () => lines.close(),
    };
  },
});

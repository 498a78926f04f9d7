/**
 * The smallest backend: a network of one channel and one person, who says each line of standard
 * input; what plugins send there is written to standard output.
 *
 * Run: SEABIRD_TOKEN=… node examples/echo-backend.ts
 */
import { createInterface } from "node:readline";
import { connectBackend, failed, success } from "@seabird/sdk/backend";

await using backend = connectBackend({
  type: "echo",
  id: "example",
  handlers: {
    sendMessage: ({ channelId, text }) => {
      if (channelId !== "room") return failed(`there is no channel "${channelId}", only "room"`);
      console.log(text);
      return success();
    },
  },
});
backend.joinChannel({ id: "room", displayName: "the room" });
await backend.ready();

for await (const line of createInterface({ input: process.stdin })) {
  const [, command, arg = ""] = /^!(\S+) ?(.*)$/.exec(line) ?? [];
  const said = { channelId: "room", user: { id: "me" } };
  if (command !== undefined) backend.command({ ...said, command, arg });
  else backend.message({ ...said, content: line });
}

/** The backend my-network: the glue between the network's connection and Seabird. */
import { backend, Refused } from "@seabird-chat/sdk/backend";
import { z } from "zod";
import { Connection } from "./connection.ts";

export const myNetwork = backend("my-network", {
  help: "connects my-network",
  config: z.object({
    host: z.string().default("127.0.0.1"),
    port: z.number().int().min(1).max(65_535),
    // A password would be `password: secret()`, of @seabird-chat/sdk/backend.
  }),
  async connect(host) {
    const connection = await Connection.open(host.config, host.signal);
    host.self = "seabird";
    connection.on("room", ({ room, topic }) => host.channels.joined({ id: room, topic }));
    connection.on("line", ({ room, user, text }) =>
      host.emit.message({ channel: room, user, text }),
    );
    return {
      send: (to, message) => {
        if (to.kind === "user") throw new Refused("this network has no private messages");
        connection.say(to.id, message.text);
      },
      closed: connection.closed,
      close: () => connection.close(),
    };
  },
});

/**
 * A backend for Campfire, a chat network of rooms.
 *
 * Run: SEABIRD_TOKEN=… npx --no-install seabird backend ./campfire.ts --settings ./campfire.json
 */
import { backend, Refused, secret } from "@seabird-chat/sdk/backend";
import { z } from "zod";
import { Campfire } from "./campfire-link.ts";
import { render } from "./campfire-render.ts";

export const campfire = backend("campfire", {
  config: z.object({ url: z.url(), token: secret() }),
  async connect(host) {
    const link = await Campfire.open(host.config, host.signal);
    link.on("room", (r) => host.channels.joined({ id: r.id, displayName: r.name, topic: r.topic }));
    link.on("line", (l) => host.emit.message({ channel: l.room, user: l.user, text: l.body }));
    return {
      send: (to, msg) => link.say(to.id, render(msg.block)),
      join: async (name) => ({ id: name, displayName: name }),
      leave: (id, reason) => link.leave(id, reason),
      setTopic: async () => {
        throw new Refused("only owners may set the topic");
      },
      closed: link.closed,
      close: () => link.close(),
    };
  },
});

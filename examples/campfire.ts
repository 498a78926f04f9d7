/**
 * A backend for Campfire, a chat network of rooms.
 *
 * Run: SEABIRD_TOKEN=… npx seabird backend ./campfire.ts --settings ./campfire.json
 */
import { type Block, backend, Fatal, plainText, Refused, secret } from "@seabird/sdk/backend";
import { z } from "zod";
import { Campfire, CampfireError } from "./campfire-link.ts";

export const campfire = backend("campfire", {
  help: "connects the rooms of a Campfire server",
  config: z.object({ url: z.url(), token: secret() }),
  formats: ["bold"],
  async connect(host) {
    const link = await Campfire.open(host.config, host.signal).catch(notWorthRetrying);
    host.self = link.name;
    link.on("room", ({ id, name, topic }) =>
      host.channels.joined({ id, displayName: name, topic }),
    );
    link.on("line", ({ room, user, body }) =>
      host.emit.message({ channel: room, user, text: body }),
    );
    return {
      send: (to, message) => {
        if (to.kind === "user") throw new Refused("Campfire has no private messages");
        return link.say(to.id, render(message.block));
      },
      join: async (name) => ({ id: name, displayName: name }),
      setTopic: async () => {
        throw new Refused("only owners may set the topic");
      },
      closed: link.closed,
      close: () => link.close(),
    };
  },
});

/** Campfire knows bold only. */
function render(block: Block): string {
  const { inner } = block;
  if (inner.case === "container") return inner.value.inner.map(render).join("");
  if (inner.case === "bold" && inner.value.inner) return `*${render(inner.value.inner)}*`;
  return plainText(block);
}

/** A wrong token stays wrong; everything else may be better in a while. */
function notWorthRetrying(reason: unknown): never {
  const isRefused = reason instanceof CampfireError && reason.message === "wrong token";
  throw isRefused ? new Fatal(reason.message, { setting: "token" }) : reason;
}

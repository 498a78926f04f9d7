/** The backend my-network: the glue between the network's connection and Seabird. */
import { backend, Refused, type Target } from "@seabird-chat/sdk/backend";
import { z } from "zod";
import { Connection } from "./connection.ts";
import { read, write } from "./format.ts";

export const myNetwork = backend("my-network", {
  help: "connects my-network",
  config: z.object({
    host: z.string().default("127.0.0.1"),
    port: z.number().int().min(1).max(65_535),
    // A password would be `password: secret()`, of @seabird-chat/sdk/backend.
  }),
  formats: ["bold"],
  // Besides `edit`, `delete`, `react` and the like, which are functions of the connection below.
  capabilities: {
    ...{ reply: "full", mention: "full", emoji: "full", attachment: "full" },
    ...{ messageIds: "full", messageEdited: "full", messageDeleted: "full", reaction: "full" },
    ...{ typingEvents: "full", member: "full" },
  },
  async connect(host) {
    const connection = await Connection.open(host.config, host.signal);
    host.self = "seabird";
    connection.on("room", ({ room, topic }) => host.channels.joined({ id: room, topic }));
    connection.on("line", ({ room, user, text, id, re }) => {
      const replyTo = re === undefined ? undefined : { messageId: re };
      host.emit.message({ channel: room, user, block: read(text), id, replyTo });
    });
    connection.on("edited", ({ room, user, text, edited }) => {
      host.emit.edited({ conversation: inRoom(room), user, block: read(text), id: edited });
    });
    connection.on("deleted", ({ room, user, deleted }) => {
      host.emit.deleted({ conversation: inRoom(room), by: user, ids: [deleted] });
    });
    connection.on("typing", ({ room, user, typing }) => {
      host.emit.typing({ conversation: inRoom(room), user, isActive: typing });
    });
    connection.on("presence", ({ room, user, isHere }) => {
      host.members[isHere ? "joined" : "left"]({ channel: room, user });
    });
    connection.on("reaction", ({ room, user, to, reaction, removed }) => {
      const conversation = inRoom(room);
      host.emit.reaction({ conversation, user, messageId: to, emoji: reaction, removed });
    });
    return {
      send: async (to, { block, replyTo }) => {
        const { id } = await connection.say(room(to), write(block), replyTo?.messageId);
        return { ids: [id] };
      },
      edit: async (to, [id = ""], { block }) => {
        await connection.edit(room(to), id, write(block));
      },
      delete: async (to, ids) => {
        const failed: Record<string, string> = {};
        for (const id of ids) {
          await connection.delete(room(to), id).catch(({ message }: Error) => {
            failed[id] = message;
          });
        }
        return failed;
      },
      react: async (to, id, { emoji, removed }) => {
        if (emoji === undefined) throw new Refused("name the reaction to take back");
        await connection.react(room(to), id, emoji.text, removed);
      },
      setTyping: (to, isActive) => connection.type(room(to), isActive),
      members: async (id) => {
        const { members } = await connection.who(id);
        return { members, isComplete: true };
      },
      closed: connection.closed,
      close: () => connection.close(),
    };
  },
});

function inRoom(id: string): Target {
  return { kind: "channel", id };
}

function room({ kind, id }: Target): string {
  if (kind === "user") throw new Refused("this network has no private messages");
  return id;
}

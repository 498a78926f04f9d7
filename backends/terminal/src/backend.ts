/** The glue: a person in the terminal on one side, core on the other. */
import { type BackendConnection, backend, Fatal } from "@seabird-chat/sdk/backend";
import { CAPABILITIES } from "./capabilities.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { Room } from "./room.ts";
import { settings, type TerminalSettings } from "./settings.ts";

export interface TerminalOptions extends ConnectionOptions {
  readonly color: boolean;
  readonly hyperlinks?: boolean;
  /** See `RoomOptions`. */
  readonly idPrefix?: string;
  /** Called with the room when it is open. */
  readonly onOpen?: (room: Room) => void;
}

/** Everything that can be formatted, as the room shows it. */
const FORMATS = [
  "bold",
  "italics",
  "underline",
  "strikethrough",
  "inline_code",
  "fenced_code",
  "spoiler",
  "list",
  "link",
  "blockquote",
  "heading",
  "timestamp",
  "mention",
  "emoji",
  "attachment",
];

/** `options` is called when the room opens: `--describe` needs no terminal. */
export function terminalBackend(options: () => TerminalOptions) {
  return backend("terminal", {
    help: "a chat room in the terminal",
    config: settings,
    commandPrefix: (config) => config.command_prefix,
    formats: FORMATS,
    capabilities: CAPABILITIES,
    probe: () => Promise.resolve("the terminal is always there"),
    connect(host): BackendConnection<TerminalSettings> {
      const given = options();
      const connection = new Connection(given);
      const room = new Room({ ...given, host, connection });
      const { requests, rooms } = room;
      given.onOpen?.(room);
      const over = room.run().then(
        () => host.leave(),
        (cause: unknown) => {
          throw new Fatal(cause instanceof Error ? cause.message : String(cause), { cause });
        },
      );
      return {
        send: (to, message) => requests.send(to, message),
        edit: (to, ids, message) => requests.edit(to, ids, message),
        delete: (to, ids, request) => requests.delete(to, ids, request),
        react: (to, id, reaction) => requests.react(to, id, reaction),
        setTyping: (to, isActive) => requests.setTyping(to, isActive),
        members: (id) => requests.members(id),
        fetchAttachment: (id, upload) => upload({ file: room.files.pathOf(id) }),
        join: (name) => rooms.joinAsked(name),
        leave: (id, reason) => rooms.leaveAsked(id, reason),
        setTopic: (id, topic) => rooms.topicAsked(id, topic),
        metadata: () => ({ nick: host.config.nick }),
        // A room that was left stays connected until the supervisor stops it.
        closed: over.then(() => new Promise(() => undefined)),
        close: () => connection.close(),
      };
    },
  });
}

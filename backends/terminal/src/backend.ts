/** The glue: a person in the terminal on one side, core on the other. */
import { type BackendConnection, backend, Fatal } from "@seabird-chat/sdk/backend";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { Room } from "./room.ts";
import { settings, type TerminalSettings } from "./settings.ts";

export interface TerminalOptions extends ConnectionOptions {
  readonly color: boolean;
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
];

/** `options` is called when the room opens: `--describe` needs no terminal. */
export function terminalBackend(options: () => TerminalOptions) {
  return backend("terminal", {
    help: "a chat room in the terminal",
    config: settings,
    commandPrefix: (config) => config.command_prefix,
    formats: FORMATS,
    probe: () => Promise.resolve("the terminal is always there"),
    connect(host): BackendConnection<TerminalSettings> {
      const given = options();
      const connection = new Connection(given);
      const room = new Room({ host, connection, color: given.color });
      given.onOpen?.(room);
      const over = room.run().then(
        () => host.leave(),
        (cause: unknown) => {
          throw new Fatal(cause instanceof Error ? cause.message : String(cause), { cause });
        },
      );
      return {
        send: (to, message) => room.show(to, message),
        join: (name) => room.joinAsked(name),
        leave: (id, reason) => room.leaveAsked(id, reason),
        setTopic: (id, topic) => room.topicAsked(id, topic),
        metadata: () => ({ nick: host.config.nick }),
        // A room that was left stays connected until the supervisor stops it.
        closed: over.then(() => new Promise(() => undefined)),
        close: () => connection.close(),
      };
    },
  });
}

/** Our connection alone, without core, to a real server, and what it tells. */
import type { TestContext } from "node:test";
import type { ConnectionStatus } from "../../backends/irc/src/connection/hooks.ts";
import { IrcConnection } from "../../backends/irc/src/connection.ts";
import { DEFAULT_LIMITS } from "../../backends/irc/src/limits.ts";
import type { IrcOptions } from "../../backends/irc/src/options.ts";
import type { IrcEvent } from "../../backends/irc/src/state/irc-event.ts";
import { waitFor } from "./irc-wait.ts";

export interface ConnectionStage {
  readonly connection: IrcConnection;
  readonly statuses: readonly ConnectionStatus[];
  readonly events: readonly IrcEvent[];
  /** As for the log: `> NICK bird`, `< :srv 001 bird`; secrets are taken out. */
  readonly lines: readonly string[];
  /** The status of that number (from 1) among those of a kind. */
  status<Name extends ConnectionStatus["status"]>(
    name: Name,
    number?: number,
  ): Promise<Extract<ConnectionStatus, { status: Name }>>;
  /** The line of that number (from 1) among those that match. */
  sees(pattern: RegExp, number?: number): Promise<string>;
}

/** Everything that is not said is as in the program; the pauses between attempts are short. */
export function connectTo(
  t: TestContext,
  options: Partial<IrcOptions> & Pick<IrcOptions, "port">,
): ConnectionStage {
  const statuses: ConnectionStatus[] = [];
  const events: IrcEvent[] = [];
  const lines: string[] = [];
  const connection = new IrcConnection(
    {
      ...DEFAULT_LIMITS,
      reconnectMinMs: 50,
      reconnectMaxMs: 200,
      host: "127.0.0.1",
      tls: false,
      verifyCertificate: true,
      nick: "bird",
      user: "bird",
      realName: "a bird",
      password: undefined,
      nickservPassword: undefined,
      channels: [],
      ...options,
    },
    {
      event: (event) => void events.push(event),
      status: (status) => void statuses.push(status),
      line: (direction, line) => void lines.push(`${direction === "in" ? "<" : ">"} ${line}`),
    },
  );
  t.after(() => connection.close());
  return {
    connection,
    statuses,
    events,
    lines,
    status: (name, number = 1) =>
      waitFor(
        () => `status ${name} no. ${number}; there were ${JSON.stringify(statuses)}`,
        () =>
          statuses.filter(
            (each): each is Extract<ConnectionStatus, { status: typeof name }> =>
              each.status === name,
          )[number - 1],
      ),
    sees: (pattern, number = 1) =>
      waitFor(
        () => `line ${pattern}; there were ${lines.slice(-50).join("\n")}`,
        () => lines.filter((line) => pattern.test(line))[number - 1],
      ),
  };
}

export function channel(name: string, key?: string) {
  return { name, key };
}

/** Our connection to a scripted server, over a real socket, and what it tells. */
import type { TestContext } from "node:test";
import { readConfig } from "../src/config.ts";
import type { ConnectionStatus } from "../src/connection/hooks.ts";
import { IrcConnection } from "../src/connection.ts";
import type { IrcEvent } from "../src/presence/irc-event.ts";
import type { IrcRequest, RequestOutcome } from "../src/requests/irc-request.ts";
import { ScriptedServer, until } from "./scripted-server.ts";

interface SetUp {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export async function setUp(context: TestContext, { args = [], env = {} }: SetUp = {}) {
  const server = await ScriptedServer.listen();
  context.after(() => server.close());
  const { irc } = readConfig(["--reconnect-min-ms", "10", "--reconnect-max-ms", "50", ...args], {
    IRC_HOST: `irc://127.0.0.1:${server.port}`,
    IRC_NICK: "bird",
    SEABIRD_TOKEN: "unused",
    ...env,
  });
  const events: IrcEvent[] = [];
  const statuses: ConnectionStatus[] = [];
  const logged: string[] = [];
  const open = () => {
    const connection = new IrcConnection(irc, {
      event: (event) => events.push(event),
      status: (status) => statuses.push(status),
      line: (_, line) => logged.push(line),
    });
    context.after(() => connection.close());
    return connection;
  };
  const status = (name: ConnectionStatus["status"], count = 1) =>
    until(
      () => `status ${name}; there were ${JSON.stringify(statuses)}`,
      () => statuses.filter((each) => each.status === name)[count - 1],
    );
  const event = (kind: IrcEvent["kind"], count = 1) =>
    until(
      () => `event ${kind}; there were ${JSON.stringify(events)}`,
      () => events.filter((each) => each.kind === kind)[count - 1],
    );
  return { server, open, events, statuses, logged, status, event };
}

let requests = 0;

export function ask(
  connection: IrcConnection,
  request: Partial<IrcRequest> = {},
): Promise<RequestOutcome> {
  requests += 1;
  return connection.request({
    id: `r${requests}`,
    target: "#a",
    lines: ["PRIVMSG #a :hi"],
    success: { kind: "sent" },
    arrivedAtMs: performance.now(),
    ...request,
  });
}

/** A connection to a scripted server over a real socket, with its statuses and events. */
import type { TestContext } from "node:test";
import type { ConnectionStatus } from "../src/connection/hooks.ts";
import { IrcConnection } from "../src/connection.ts";
import type { IrcOptions } from "../src/options.ts";
import type { IrcRequest, RequestOutcome } from "../src/requests/irc-request.ts";
import { settings as schema } from "../src/settings.ts";
import type { IrcEvent } from "../src/state/irc-event.ts";
import { toOptions } from "../src/to-options.ts";
import { ScriptedServer, until } from "./scripted-server.ts";

interface SetUp {
  /** Besides host and nick. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly options?: Partial<IrcOptions>;
}

export async function setUp(
  context: TestContext,
  { settings = {}, options: more = {} }: SetUp = {},
) {
  const server = await ScriptedServer.listen();
  context.after(() => server.close());
  const host = `irc://127.0.0.1:${server.port}`;
  const options = {
    ...toOptions(schema.parse({ host, nick: "bird", ...settings })),
    ...{ reconnectMinMs: 10, reconnectMaxMs: 50, ...more },
  };
  const events: IrcEvent[] = [];
  const statuses: ConnectionStatus[] = [];
  const logged: string[] = [];
  const open = () => {
    const connection = new IrcConnection(options, {
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

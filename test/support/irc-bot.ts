/** Our IRC backend in the test's own process, on a real core and a real network. */
import type { TestContext } from "node:test";
import {
  connectActions,
  connectPlugin,
  type EventKind,
  type PluginEvent,
  type StandaloneActionClient,
} from "@seabird-chat/sdk";
import { createLog, type RunningBackend, startBackend } from "@seabird-chat/sdk/backend";
import { ircBackend } from "../../backends/irc/src/backend.ts";
import { startCore, type TestCore } from "./core.ts";
import type { IrcServer } from "./irc-servers.ts";

export interface Bot {
  readonly backend: RunningBackend;
  /** Lines of its log. */
  readonly log: readonly string[];
}

export interface BotOptions {
  /** Default: `seabird`. */
  readonly id?: string;
  /** Settings besides host, nick (`seabird`) and channels (`#test`). */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Resolves when it is in its channels, or they refused it. Ends with the test. */
export async function startBot(
  t: TestContext,
  core: TestCore,
  server: Pick<IrcServer, "port">,
  { id = "seabird", config = {} }: BotOptions = {},
): Promise<Bot> {
  const log: string[] = [];
  const backend = startBackend(ircBackend, {
    id,
    url: core.url,
    token: await core.token([`backend:irc/${id}`], `irc-${id}`),
    log: createLog({ name: `irc/${id}`, stream: { write: (line) => log.push(line) } }),
    config: {
      host: `irc://127.0.0.1:${server.port}`,
      nick: "seabird",
      channels: ["#test"],
      reconnect_ms: 100,
      ...config,
    },
  });
  t.after(() => backend.close());
  await backend.ready();
  return { backend, log };
}

export interface Ear {
  readonly core: TestCore;
  readonly actions: StandaloneActionClient;
  /** What a plugin hears. */
  readonly heard: readonly PluginEvent[];
}

/** A core, and a plugin that listens; `answer` is called with each event. */
export async function startEar(
  t: TestContext,
  answer: (event: PluginEvent, actions: StandaloneActionClient) => void = () => undefined,
  kinds: readonly EventKind[] = [],
): Promise<Ear> {
  const core = await startCore({}, t);
  const token = await core.token(["plugin"], "ear");
  const actions = connectActions({ url: core.url, token });
  t.after(() => actions.close());
  const plugin = connectPlugin({ url: core.url, token, kinds });
  t.after(() => plugin.close());
  const heard: PluginEvent[] = [];
  void (async () => {
    for await (const event of plugin.events()) {
      heard.push(event);
      answer(event, actions);
    }
  })();
  await plugin.ready();
  return { core, actions, heard };
}

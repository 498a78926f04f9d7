/** Runs our own backends on real networks and a real core, and keeps what they send. */
import { PassThrough } from "node:stream";
import type { TestContext } from "node:test";
import { bold, type Content, connectActions, connectPlugin, text } from "@seabird-chat/sdk";
import {
  type BackendDefinition,
  createLog,
  type StartBackendOptions,
  startBackend,
} from "@seabird-chat/sdk/backend";
import { ircBackend } from "../../backends/irc/src/backend.ts";
import { terminalBackend } from "../../backends/terminal/src/backend.ts";
import { startIrcNetwork } from "../../test/support/irc-network.ts";
import { startNgircd } from "../../test/support/irc-servers.ts";
import { RawIrcClient } from "../../test/support/raw-irc-client.ts";
import { needPrograms } from "../../test/support/servers.ts";
import { PATHS } from "../load/peer.ts";
import { until } from "../load/stopwatch.ts";
import { startOurCore } from "../systems/our-core.ts";
import { startRecordingProxy } from "./recording-proxy.ts";
import {
  RECORDED_CHANNEL,
  RECORDED_ID,
  RECORDED_NUMBER,
  type RecordedShape,
  type ShapeName,
} from "./shape.ts";

const NICK = "seabird";
const PERSON = "alice";
const TIMEOUT_MS = 30_000;
const ASCII = `${RECORDED_NUMBER} is done, see the log for all of it`;

/** A network that a backend of ours is on, and a person who speaks there. */
interface Network {
  start(core: Pick<StartBackendOptions, "url" | "token" | "id" | "log">): Promise<() => unknown>;
  say(): void;
  readonly type: string;
  readonly reply: { content: Content; tags?: Record<string, string> };
}

/** `undefined`: a program is missing, and the test was told to skip. */
const NETWORKS: Record<ShapeName, (t: TestContext) => Promise<Network | undefined>> = {
  plain: terminal,
  tagged: plainIrc,
  real: modernIrc,
};

/** Records one shape; `undefined`: a program is missing, and the test was told to skip. */
export async function recordShape(
  t: TestContext,
  name: ShapeName,
): Promise<RecordedShape | undefined> {
  const network = await NETWORKS[name](t);
  if (network === undefined) return undefined;
  const core = await startOurCore();
  t.after(() => core.close());
  const proxy = await startRecordingProxy(core.peer.url);
  t.after(() => proxy.close());
  const access = { url: proxy.url, token: core.peer.token };
  const plugin = connectPlugin(access);
  t.after(() => plugin.close());
  await plugin.ready();
  const log = createLog({ name, stream: { write: () => undefined } });
  t.after(await network.start({ ...access, id: RECORDED_ID, log }));
  network.say();
  const isLine = (message: Buffer) => message.includes(RECORDED_NUMBER);
  const found = () => ({
    chatEvent: proxy.requests.get(PATHS.ingestEvents)?.find(isLine),
    event: proxy.responses.get(PATHS.streamEvents)?.find(isLine),
  });
  await until(TIMEOUT_MS, `line of the ${name} shape`, () => found().event !== undefined);
  const actions = connectActions(access);
  t.after(() => actions.close());
  const { content, tags } = network.reply;
  const channel = `${network.type}://${RECORDED_ID}/${encodeURIComponent(RECORDED_CHANNEL)}`;
  await actions.sendMessage(channel, content, tags === undefined ? {} : { tags });
  const request = proxy.requests.get(PATHS.sendMessage)?.[0];
  const base64 = (message: Buffer | undefined) => message?.toString("base64") ?? "";
  const { chatEvent, event } = found();
  return {
    type: network.type,
    chatEvent: base64(chatEvent),
    event: base64(event),
    sendMessage: base64(request),
  };
}

async function started<Config>(
  definition: BackendDefinition<Config>,
  options: StartBackendOptions,
): Promise<() => unknown> {
  const backend = startBackend(definition, options);
  await backend.ready();
  return () => backend.close();
}

/** Without tags and blocks: what is typed is the text. */
async function terminal(): Promise<Network> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  output.resume();
  const config = { user: PERSON, nick: NICK, channel: RECORDED_CHANNEL };
  return {
    type: "terminal",
    start: (core) =>
      started(
        terminalBackend(() => ({ input, output, color: false })),
        { ...core, config },
      ),
    say: () => void input.write(`${ASCII}\n`),
    reply: { content: ASCII },
  };
}

/** A server that knows no IRCv3: the sender's mask is all that it says of a line. */
async function plainIrc(t: TestContext): Promise<Network | undefined> {
  const programs = needPrograms(t, "ngircd");
  if (programs === undefined) return undefined;
  const server = await startNgircd(programs.ngircd);
  t.after(() => server.close());
  const person = await RawIrcClient.connect(server.port, PERSON);
  t.after(() => person.close());
  const reply = { content: ASCII, tags: { "bench/reply": "1" } };
  return irc(server.port, person, { line: ASCII, reply });
}

/** A server with message ids, times and accounts, and services that know the person. */
async function modernIrc(t: TestContext): Promise<Network | undefined> {
  const network = await startIrcNetwork(t);
  if (network === undefined) return undefined;
  await network.register(PERSON, "sesame-42");
  const person = await network.raw(PERSON);
  person.say(`PRIVMSG NickServ :IDENTIFY ${PERSON} sesame-42`);
  await person.hears(/ 900 /);
  const line = `${RECORDED_NUMBER} of the café's menu is \x02done\x02, voilà 🎉`;
  const content = text`${RECORDED_NUMBER} of the café's menu is ${bold("done")}, voilà 🎉`;
  return irc(network.server.port, person, { line, reply: { content } });
}

async function irc(
  port: number,
  person: RawIrcClient,
  { line, reply }: { line: string; reply: Network["reply"] },
): Promise<Network> {
  person.say(`JOIN ${RECORDED_CHANNEL}`);
  await person.hears(/ 366 /);
  const config = { host: `irc://127.0.0.1:${port}`, nick: NICK, channels: [RECORDED_CHANNEL] };
  return {
    type: "irc",
    start: (core) => started(ircBackend, { ...core, config }),
    say: () => person.say(`PRIVMSG ${RECORDED_CHANNEL} :${line}`),
    reply,
  };
}

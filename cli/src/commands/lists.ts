/** The commands that list what core knows: backends, channels, commands. */
import type { Command } from "commander";
import type { Clients } from "../client/clients.ts";
import { type Context, contextOf, withConnection } from "./context.ts";

/** Backends that are asked at once. */
const MAX_QUERIES = 8;
/** For a backend's answer about its network; the list does not wait longer for one that hangs. */
const NETWORK_MS = 5_000;

export function addLists(program: Command): void {
  withConnection(program.command("backends"))
    .description("connected backends and their networks; with an id, the metadata of that one")
    .argument("[backend]", "its id, as irc://seabird")
    .action((id: string | undefined, _options, command: Command) =>
      id === undefined ? listBackends(contextOf(command)) : showBackend(contextOf(command), id),
    );
  withConnection(program.command("channels"))
    .description("channels of one backend or of all")
    .argument("[backend]", "its id, as irc://seabird")
    .action((id: string | undefined, _options, command: Command) =>
      listChannels(contextOf(command), id),
    );
  withConnection(program.command("commands"))
    .description("the commands that plugins have registered")
    .action((_options, command: Command) => listCommands(contextOf(command)));
}

async function listBackends({ output, ask }: Context): Promise<void> {
  const backends = await ask(async (clients) => {
    const { lostNetworks, lostText } = await import("../client/lost-networks.ts");
    const [{ backends: listed }, { byId }] = await Promise.all([
      clients.seabird.listBackends({}),
      lostNetworks(clients),
    ]);
    return await inGroups(listed, async ({ id, type }) => {
      const lost = byId.get(id);
      const network = lost === undefined ? await networkOf(clients.seabird, id) : lostText(lost);
      return { id, type, network };
    });
  });
  output.result({ backends }, () =>
    output.table({
      columns: ["BACKEND", "TYPE", "NETWORK"],
      rows: backends.map(({ id, type, network }) => [id, type, network ?? "-"]),
      empty: "No backend is connected.",
    }),
  );
}

async function showBackend({ output, ask }: Context, backendId: string): Promise<void> {
  const plain = await ask(async (clients) => {
    const { lostNetworks, lostText } = await import("../client/lost-networks.ts");
    const [{ backend, metadata: reported }, { byId }] = await Promise.all([
      clients.seabird.getBackendInfo({ backendId }),
      lostNetworks(clients),
    ]);
    const { id = backendId, type = "" } = backend ?? {};
    const lost = byId.get(id);
    const network = lost === undefined ? {} : { network: lostText(lost) };
    return { id, type, metadata: { ...reported, ...network } };
  });
  output.result(plain, () =>
    output.pairs([["id", plain.id], ["type", plain.type], ...Object.entries(plain.metadata)]),
  );
}

interface ChannelRow {
  readonly id: string;
  readonly name: string;
  readonly topic: string;
}

async function listChannels({ output, ask }: Context, id: string | undefined): Promise<void> {
  const channels = await ask((clients) => collectChannels(clients, id));
  output.result({ channels }, () =>
    output.table({
      columns: ["CHANNEL", "NAME", "TOPIC"],
      rows: channels.map((channel) => [channel.id, channel.name, channel.topic]),
      empty: "No channel. `seabird join BACKEND NAME` joins one.",
    }),
  );
}

export async function collectChannels({ seabird }: Clients, id?: string): Promise<ChannelRow[]> {
  const wanted =
    id === undefined ? (await seabird.listBackends({})).backends.map((b) => b.id) : [id];
  const answers = await inGroups(wanted, (backendId) => seabird.listChannels({ backendId }));
  return answers.flatMap(({ channels }) =>
    channels.map((c) => ({ id: c.id, name: c.displayName, topic: c.topic })),
  );
}

/** As the backend reports it in its metadata; undefined for one that does not. */
async function networkOf(seabird: Clients["seabird"], backendId: string) {
  try {
    const { metadata } = await seabird.getBackendInfo({ backendId }, { timeoutMs: NETWORK_MS });
    return metadata["network"];
  } catch (error) {
    const { ConnectError } = await import("@connectrpc/connect");
    return `unknown: ${ConnectError.from(error).rawMessage}`;
  }
}

/** Asks about `MAX_QUERIES` at once. */
async function inGroups<Asked, Answer>(
  all: readonly Asked[],
  ask: (each: Asked) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let from = 0; from < all.length; from += MAX_QUERIES) {
    answers.push(...(await Promise.all(all.slice(from, from + MAX_QUERIES).map(ask))));
  }
  return answers;
}

async function listCommands({ output, ask }: Context): Promise<void> {
  const answer = await ask(({ seabird }) => seabird.registeredCommands({}));
  const commands = Object.entries(answer.commands)
    .map(([name, { shortHelp, fullHelp }]) => ({ name, shortHelp, fullHelp }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  output.result({ commands }, () =>
    output.table({
      columns: ["COMMAND", "HELP"],
      rows: commands.map(({ name, shortHelp }) => [name, shortHelp]),
      empty: "No plugin has registered a command.",
    }),
  );
}

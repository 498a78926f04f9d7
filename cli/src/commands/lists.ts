/** The commands that list what core knows: backends, channels, commands. */
import type { Command } from "commander";
import type { Clients } from "../client/clients.ts";
import { type Context, contextOf, withConnection } from "./context.ts";

/** Backends that are asked for their channels at once. */
const MAX_CHANNEL_QUERIES = 8;

export function addLists(program: Command): void {
  withConnection(program.command("backends"))
    .description("connected backends; with an id, the metadata of that one")
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
  const { backends } = await ask(({ seabird }) => seabird.listBackends({}));
  const plain = backends.map(({ id, type }) => ({ id, type }));
  output.result({ backends: plain }, () =>
    output.table({
      columns: ["BACKEND", "TYPE"],
      rows: plain.map(({ id, type }) => [id, type]),
      empty: "No backend is connected.",
    }),
  );
}

async function showBackend({ output, ask }: Context, backendId: string): Promise<void> {
  const { backend, metadata } = await ask(({ seabird }) => seabird.getBackendInfo({ backendId }));
  const plain = { id: backend?.id ?? backendId, type: backend?.type ?? "", metadata };
  output.result(plain, () =>
    output.pairs([["id", plain.id], ["type", plain.type], ...Object.entries(metadata)]),
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

async function collectChannels({ seabird }: Clients, id?: string): Promise<ChannelRow[]> {
  const wanted =
    id === undefined ? (await seabird.listBackends({})).backends.map((b) => b.id) : [id];
  const found: ChannelRow[] = [];
  for (let from = 0; from < wanted.length; from += MAX_CHANNEL_QUERIES) {
    const group = wanted.slice(from, from + MAX_CHANNEL_QUERIES);
    const answers = await Promise.all(
      group.map((backendId) => seabird.listChannels({ backendId })),
    );
    for (const { channels } of answers) {
      found.push(...channels.map((c) => ({ id: c.id, name: c.displayName, topic: c.topic })));
    }
  }
  return found;
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

/** The commands that list what core knows: backends, channels, commands. */
import type { Command } from "commander";
import type { Clients } from "../client/clients.ts";
import { collectChannels, inGroups } from "../client/collect-channels.ts";
import { checkBackendId } from "./check-ids.ts";
import { type Context, contextOf, withConnection } from "./context.ts";

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
    const [{ backends: listed }, allLost] = await Promise.all([
      clients.seabird.listBackends({}),
      lostNetworks(clients),
    ]);
    return await inGroups(listed, async ({ id, type }) => {
      const lost = allLost.get(id);
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

async function showBackend(context: Context, backendId: string): Promise<void> {
  await checkBackendId(context, backendId);
  const { output, ask } = context;
  const plain = await ask(async (clients) => {
    const { lostNetworks, lostText } = await import("../client/lost-networks.ts");
    const [{ backend, metadata: reported }, allLost] = await Promise.all([
      clients.seabird.getBackendInfo({ backendId }),
      lostNetworks(clients),
    ]);
    const { id = backendId, type = "" } = backend ?? {};
    const lost = allLost.get(id);
    const network = lost === undefined ? {} : { network: lostText(lost) };
    return { id, type, metadata: { ...reported, ...network } };
  });
  output.result(plain, () =>
    output.pairs([["id", plain.id], ["type", plain.type], ...Object.entries(plain.metadata)]),
  );
}

async function listChannels(context: Context, id: string | undefined): Promise<void> {
  if (id !== undefined) await checkBackendId(context, id);
  const { output, ask } = context;
  const channels = await ask((clients) => collectChannels(clients, id));
  output.result({ channels }, () =>
    output.table({
      columns: ["CHANNEL", "NAME", "TOPIC"],
      rows: channels.map((channel) => [channel.id, channel.name, channel.topic]),
      empty: "No channel. `seabird join BACKEND NAME` joins one.",
    }),
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

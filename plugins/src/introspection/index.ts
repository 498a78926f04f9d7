/** What runs, since when, and where: `uptime`, `backends`, `channels`, `version`. */
import { backendId, type Content, inlineCode, parseId, text } from "@seabird/protocol";
import type { CommandCall, Plugin } from "../plugin.ts";
import { version } from "../version.ts";
import { duration } from "./duration.ts";

export const introspection: Plugin = {
  name: "introspection",
  commands: {
    uptime: { shortHelp: "how long core and its plugins have been running", run: uptime },
    backends: {
      shortHelp: "lists the connected chat networks, or tells about one",
      fullHelp: "backends [id]",
      run: backends,
    },
    channels: {
      shortHelp: "lists the channels of this network, or of another one",
      fullHelp: "channels [backend id]",
      run: channels,
    },
    version: { shortHelp: "which Seabird this is", run: () => version() },
  },
};

async function uptime({ core }: CommandCall): Promise<Content> {
  const { startedAt, now } = await core.coreInfo();
  const plugin = duration(performance.now());
  return `core ${duration(now.getTime() - startedAt.getTime())}, plugins ${plugin}`;
}

async function backends({ arg, core }: CommandCall): Promise<Content> {
  if (arg !== "") {
    const { metadata } = await core.backendInfo(arg);
    return pairs(arg, metadata);
  }
  const ids = (await core.listBackends()).map((backend) => backend.id);
  return joinCode(ids, "no backends are connected");
}

function pairs(id: string, metadata: Readonly<Record<string, string>>): Content {
  const rows = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  if (rows.length === 0) return text`${inlineCode(id)} tells nothing about itself`;
  return text`${inlineCode(id)}: ${rows.map(([name, value]) => `${name}=${value}`).join(", ")}`;
}

async function channels({ arg, core, event }: CommandCall): Promise<Content> {
  const here = parseId(event.channelId);
  const backend = arg !== "" ? arg : here && backendId(here);
  if (backend === undefined) return text`which network's? ${inlineCode("channels <backend id>")}`;
  const list = await core.listChannels(backend);
  return joinCode(
    list.map((channel) => channel.displayName || channel.id),
    "no channels are joined",
  );
}

function joinCode(names: readonly string[], none: string): Content {
  if (names.length === 0) return none;
  return names.flatMap((name, index) => [index === 0 ? "" : ", ", inlineCode(name)]);
}

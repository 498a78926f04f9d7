/** What runs, since when, and where: `uptime`, `backends`, `channels`, `version`. */
import { type ActionClient, arg, type Content, inlineCode, plugin, text } from "@seabird-chat/sdk";
import { tellRefusal } from "../tell-refusal.ts";
import { version } from "../version.ts";
import { duration } from "./duration.ts";

export const introspection = plugin("introspection");

/** When each run of the plugin began, by its clock. */
const startedAtMs = new WeakMap<ActionClient, number>();

introspection.onStart(({ core, clock }) => {
  startedAtMs.set(core, clock.now());
});

introspection.command("uptime", "how long core and its plugins have been running", async (ctx) => {
  const { startedAt, now } = await ctx.core.coreInfo();
  const core = duration(now.getTime() - startedAt.getTime());
  const nowMs = ctx.clock.now();
  const plugins = duration(nowMs - (startedAtMs.get(ctx.core) ?? nowMs));
  await ctx.mentionReply(`core ${core}, plugins ${plugins}`);
});

introspection.command(
  "backends",
  {
    help: "lists the connected chat networks, or tells about one",
    examples: ["irc://libera"],
    args: { backend: arg.word().optional() },
  },
  async (ctx, { backend }) => {
    const told = backend === undefined ? await allBackends(ctx.core) : await one(ctx.core, backend);
    await ctx.mentionReply(told);
  },
);

introspection.command(
  "channels",
  {
    help: "lists the channels of this network, or of another one",
    examples: ["irc://libera"],
    args: { backend: arg.word().optional() },
  },
  async (ctx, { backend = ctx.backend.id }) => {
    const list = await ctx.core.listChannels(backend);
    const names = list.map((channel) => channel.displayName || channel.id);
    await ctx.mentionReply(joinCode(names, "no channels are joined"));
  },
);

introspection.command("version", "which Seabird this is", (ctx) => ctx.mentionReply(version()));

introspection.catch(tellRefusal);

async function allBackends(core: ActionClient): Promise<Content> {
  const ids = (await core.listBackends()).map((backend) => backend.id);
  return joinCode(ids, "no backends are connected");
}

async function one(core: ActionClient, id: string): Promise<Content> {
  const { metadata } = await core.backendInfo(id);
  const rows = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  if (rows.length === 0) return text`${inlineCode(id)} tells nothing about itself`;
  return text`${inlineCode(id)}: ${rows.map(([name, value]) => `${name}=${value}`).join(", ")}`;
}

function joinCode(names: readonly string[], none: string): Content {
  if (names.length === 0) return none;
  return names.flatMap((name, index) => [index === 0 ? "" : ", ", inlineCode(name)]);
}

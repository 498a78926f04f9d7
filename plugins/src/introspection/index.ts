/** What runs, since when, and where: `uptime`, `backends`, `channels`, `version`. */
import { readFileSync } from "node:fs";
import { formatRoughDuration } from "@seabird-chat/runtime";
import {
  type ActionClient,
  arg,
  type Content,
  fail,
  inlineCode,
  plugin,
  text,
} from "@seabird-chat/sdk";
import { replyRefusal } from "../reply-refusal.ts";

export const introspection = plugin("introspection");

/** When each run of the plugin started, by its clock. */
const startedAtMs = new WeakMap<ActionClient, number>();

introspection.onStart(({ core, clock }) => {
  startedAtMs.set(core, clock.now());
});

introspection.command("uptime", "how long core and its plugins have been running", async (ctx) => {
  const { startedAt, now } = await ctx.core.coreInfo();
  const core = formatRoughDuration(now.getTime() - startedAt.getTime());
  const nowMs = ctx.clock.now();
  const plugins = formatRoughDuration(nowMs - (startedAtMs.get(ctx.core) ?? nowMs));
  await ctx.mentionReply(`core ${core}, plugins ${plugins}`);
});

introspection.command(
  "backends",
  {
    help: "lists the connected chat networks, or shows one",
    examples: ["irc://libera"],
    args: { backend: arg.word().optional() },
  },
  async (ctx, { backend }) => {
    const answer =
      backend === undefined ? await allBackends(ctx.core) : await one(ctx.core, backend);
    await ctx.mentionReply(answer);
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
    await checkBackend(ctx.core, backend);
    const list = await ctx.core.listChannels(backend);
    const names = list.map((channel) => channel.displayName || channel.id);
    await ctx.mentionReply(joinCode(names, "no channels are joined"));
  },
);

introspection.command("version", "which Seabird this is", (ctx) => ctx.mentionReply(version()));

introspection.catch(replyRefusal);

async function allBackends(core: ActionClient): Promise<Content> {
  const ids = (await core.listBackends()).map((backend) => backend.id);
  return joinCode(ids, "no backends are connected");
}

/** Fails with the ids that there are. */
async function checkBackend(core: ActionClient, id: string): Promise<void> {
  const ids = (await core.listBackends()).map((backend) => backend.id);
  if (ids.includes(id)) return;
  fail(text`there is no backend ${inlineCode(id)}; there are: ${joinCode(ids, "none")}`);
}

async function one(core: ActionClient, id: string): Promise<Content> {
  await checkBackend(core, id);
  const { metadata } = await core.backendInfo(id);
  const rows = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  if (rows.length === 0) return text`${inlineCode(id)} tells nothing about itself`;
  return text`${inlineCode(id)}: ${rows.map(([name, value]) => `${name}=${value}`).join(", ")}`;
}

function joinCode(names: readonly string[], none: string): Content {
  if (names.length === 0) return none;
  return names.flatMap((name, index) => [index === 0 ? "" : ", ", inlineCode(name)]);
}

/** The version of Seabird and of Node. */
export function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const manifest: unknown = JSON.parse(text);
  const isManifest = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return `Seabird ${isManifest ? String(manifest.version) : "?"} on Node ${process.versions.node}`;
}

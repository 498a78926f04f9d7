/** `bridge status` and the like: for people who may, in the chat. */
import { formatRoughDuration } from "@seabird-chat/runtime";
import { arg, type Content, fail, type Plugin } from "@seabird-chat/sdk";
import { isAdmin } from "./admins.ts";
import type { Bridge } from "./bridge.ts";
import { channelNameOf, type Link, networkOf } from "./links.ts";
import { type BridgeSettings, LINK_NAME } from "./settings.ts";
import { plainName, silentName } from "./shown-name.ts";
import { statusOf } from "./status.ts";

type Runs = (ctx: { readonly core: object }) => Bridge;

/** Names in one answer. */
const MAX_NAMES = 40;
/** People of one name in one answer. */
const MAX_FOUND = 5;

export function addCommands(bridge: Plugin<BridgeSettings>, runOf: Runs): void {
  bridge.command("bridge status", "links, what waits, and what fails", async (ctx) => {
    const run = await admitted(runOf, ctx);
    const here = "channelId" in ctx ? ctx.channelId : undefined;
    const isHeard = (link: Link) => mayBeNamed(run, link, here);
    await ctx.reply(statusLines(run, ctx.clock.wallMs(), isHeard));
  });

  bridge.command(
    "bridge pause",
    { help: "stops a link, or all", args: { link: arg.word().optional() } },
    async (ctx, { link }) => {
      const run = await admitted(runOf, ctx);
      const links = linksNamed(run, link);
      for (const each of links) await run.paused.add(each);
      await ctx.reply(`paused: ${namesOf(links)}`);
    },
  );

  bridge.command(
    "bridge resume",
    { help: "lets a link, or all, go on", args: { link: arg.word().optional() } },
    async (ctx, { link }) => {
      const run = await admitted(runOf, ctx);
      const links = linksNamed(run, link);
      for (const each of links) {
        await run.paused.remove(each);
        run.guards.of(each).resume();
      }
      await ctx.reply(`resumed: ${namesOf(links)}`);
    },
  );

  bridge.command(
    "bridge link",
    {
      help: "joins channels, by their ids",
      args: { name: arg.word(), channels: arg.channelId().repeated({ max: 100 }) },
      examples: ["lobby irc://libera/#lobby matrix://example/#lobby:example.org"],
    },
    async (ctx, { name, channels }) => {
      const run = await admitted(runOf, ctx);
      if (!LINK_NAME.test(name)) fail("a link's name is one word of letters and digits");
      const isTaken = run.links.all.some((each) => each.name === name);
      if (isTaken) fail(`there is a link "${name}" already`);
      if (channels.length < 2) fail("a link has two channels at least");
      if (new Set(channels).size < channels.length) fail("a channel is there twice");
      if (run.chatLinks.isFull) fail("there are too many links");
      const known = await Promise.all(
        channels.map((id) => ctx.core.channelInfo(id).catch(() => undefined)),
      );
      const missing = channels.find((_, index) => known[index] === undefined);
      if (missing !== undefined) fail(`the bot is not in ${missing}`);
      const secret = channels.find(
        (id, index) => known[index]?.isPrivate === true || run.facts.isPrivate(id),
      );
      if (secret !== undefined) {
        fail(`${secret} is private; link it in the settings, with \`private: true\``);
      }
      await run.chatLinks.add(name, channels);
      await run.relink();
      await ctx.reply(`linked as ${name}: ${channels.map(shownChannel).join(", ")}`);
    },
  );

  bridge.command(
    "bridge unlink",
    {
      help: "ends a link that was made in the chat",
      args: { name: arg.word() },
    },
    async (ctx, { name }) => {
      const run = await admitted(runOf, ctx);
      // One of the file hides one of the chat.
      if (Object.hasOwn(ctx.config.links, name)) fail(`${name} is in the settings: end it there`);
      if (!run.chatLinks.has(name)) fail(`there is no link "${name}"`);
      if (!(await ctx.confirm(`really end the link ${name}?`))) return;
      await run.chatLinks.remove(name);
      await run.relink();
      await ctx.reply(`ended: ${name}`);
    },
  );

  bridge.command(
    "bridge who",
    { help: "who is on the other sides", where: "channel" },
    async (ctx) => {
      const run = runOf(ctx);
      const others = await run.crossing.heardHere(ctx.channel.id);
      if (others.size === 0) fail("nobody of another channel is heard here");
      const lines = await Promise.all(
        [...others].map(async (channel) => {
          const where = shownChannel(channel);
          const list = await ctx.core.listMembers(channel).catch(() => undefined);
          if (list === undefined) return `${where}: its network does not say`;
          const { nick, user } = await run.facts.backend(channel);
          const isOurs = (id: string) =>
            id.replace(/^.*\//s, "") === nick || id.toLowerCase() === user;
          const names = list.members
            .filter(({ id }) => !isOurs(channelNameOf(id)))
            .map(({ id, displayName }) => silentName(plainName(displayName, channelNameOf(id))))
            .sort();
          const more = names.length - MAX_NAMES;
          const shown = names.slice(0, MAX_NAMES).join(", ") || "nobody";
          return `${where}: ${shown}${more > 0 ? ` and ${more} more` : ""}`;
        }),
      );
      await ctx.reply(lines.join("\n"));
    },
  );

  bridge.command(
    "bridge whois",
    { help: "where a name comes from", where: "channel", args: { name: arg.rest() } },
    async (ctx, { name }) => {
      const run = runOf(ctx);
      const here = ctx.channel.id;
      const found = await run.crossing.authorsOf(name, here);
      const lines = found
        .slice(0, MAX_FOUND)
        .map((each) => `${each.name} is ${each.id}, heard in ${channelNameOf(each.channelId)}`);
      await ctx.reply(lines.join("\n") || "nobody of that name was carried over to here of late");
    },
  );
}

interface Asking {
  readonly core: object;
  readonly config: BridgeSettings;
  readonly backend: { readonly id: string };
  readonly user: Parameters<typeof isAdmin>[1]["user"];
  readonly channelId?: string | undefined;
}

/** Throws a HandlerFailure for everybody else. */
async function admitted(runOf: Runs, ctx: Asking): Promise<Bridge> {
  const run = runOf(ctx);
  const { hasVerifiedIds } = await run.facts.backend(`${ctx.backend.id}/`);
  const check = { user: ctx.user, backendId: ctx.backend.id, hasVerifiedIds };
  if (isAdmin(ctx.config.admins, check)) return run;
  return fail("only the bridge's admins may do that: see `admins` in its settings");
}

function shownChannel(id: string): string {
  return `${channelNameOf(id)} (${networkOf(id)})`;
}

function linksNamed(run: Bridge, name: string | undefined): readonly Link[] {
  if (name === undefined) return run.links.all;
  const found = run.links.all.filter((link) => link.name === name);
  const known = run.links.all.map((link) => link.name).join(", ");
  return found.length > 0 ? found : fail(`there is no link "${name}"; there are: ${known}`);
}

function namesOf(links: readonly Link[]): string {
  return links.map(({ name }) => name).join(", ") || "nothing, there are no links";
}

/** Everybody in the channel reads the answer, and those where it leads: private channels are not told of there. */
function mayBeNamed({ facts }: Bridge, link: Link, channelId: string | undefined): boolean {
  if (!link.isPrivate || channelId === undefined) return true;
  return facts.isPrivate(channelId) === true && link.to.includes(channelId);
}

function statusLines(run: Bridge, nowMs: number, isHeard: (link: Link) => boolean): Content {
  const { links, more } = statusOf(run);
  if (links.length === 0) return "there are no links";
  const hidden = new Set(run.links.all.filter((link) => !isHeard(link)).map(({ name }) => name));
  const lines = links.flatMap(({ name, isPaused, to }) => {
    if (hidden.has(name)) return [`${name} is a private link: ask in a private chat`];
    return to.map(({ channel, waiting, lastAtMs, failure }) => {
      const last =
        lastAtMs === undefined ? "nothing yet" : `${formatRoughDuration(nowMs - lastAtMs)} ago`;
      const failing = failure === undefined ? "" : `; fails: ${failure}`;
      const state = isPaused ? "paused" : "open";
      const where = shownChannel(channel);
      return `${name} (${state}) to ${where}: last ${last}, ${waiting} waiting${failing}`;
    });
  });
  return [...lines, ...(more === 0 ? [] : [`and ${more} more links`])].join("\n");
}

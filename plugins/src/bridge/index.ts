/** `bridge`: any channel with any other, with everything that a message is. */
import {
  type Block,
  type ChannelKind,
  type Context,
  container,
  plainText,
  plugin,
  text,
} from "@seabird-chat/sdk";
import { storage } from "@seabird-chat/sdk/storage";
import { Bridge } from "./bridge.ts";
import type { ChannelMessage } from "./channel-message.ts";
import { addCommands } from "./commands.ts";
import { channelNameOf } from "./links.ts";
import { metricsOf } from "./metrics.ts";
import { type BridgeSettings, settings } from "./settings.ts";
import { plainName } from "./shown-name.ts";
import { statusOf } from "./status.ts";
import { migrations, type Tables } from "./tables.ts";

export const bridge = plugin("bridge", { config: settings, needs: ["persona"] });

const data = storage<Tables>(bridge, { setting: "database", migrations });
const runs = new WeakMap<object, Bridge>();

bridge.onStart(async (host) => {
  const run = await Bridge.open(host, data.of(host));
  runs.set(host.core, run);
  return () => run.close();
});

bridge.onSettings((host) => runOf(host).relink());

bridge.onStatus((host) => statusOf(runOf(host)));

bridge.onMetrics((host) => metricsOf(runOf(host)));

function runOf({ core }: { readonly core: object }): Bridge {
  const run = runs.get(core);
  if (run === undefined) throw new Error("the bridge is not open");
  return run;
}

bridge.on(["message", "mention", "action", "command"], async (ctx) => {
  const run = runOf(ctx);
  if (
    run.links.from(ctx.channelId).length === 0 &&
    run.facts.threadOf(ctx.channelId) === undefined
  ) {
    return;
  }
  run.people.note(ctx.channelId, ctx.user.displayName);
  await run.crossing.message(await saidBy(run, ctx));
});

async function saidBy(
  run: Bridge,
  ctx: Context<ChannelKind, BridgeSettings>,
): Promise<ChannelMessage> {
  const { channelId, user, message, tags } = ctx;
  const said = {
    ...{ channelId, user, tags, id: message.id, replyTo: message.replyTo },
    isAction: ctx.kind === "action",
  };
  if (ctx.kind === "command") {
    const { commandPrefix } = await run.facts.backend(channelId);
    const { command } = ctx;
    return {
      ...said,
      command,
      block: commandBlock(commandPrefix, command, ctx.argBlock ?? ctx.arg),
    };
  }
  const content = ctx.rootBlock ?? text(ctx.text);
  if (ctx.kind !== "mention") return { ...said, block: content };
  const { nick } = await run.facts.backend(channelId);
  return { ...said, block: container([`${nick === "" ? "bot" : nick}: `, content]) };
}

/** What other plugins say, such as the answer to a command. */
bridge.on(["sendMessage", "performAction"], async (ctx) => {
  const run = runOf(ctx);
  const { channelId, tags, options, sequence } = ctx;
  const message = await run.crossing.message({
    ...{ channelId, tags, user: undefined, persona: options.persona },
    ...{ block: ctx.rootBlock ?? text(ctx.text), isAction: ctx.kind === "performAction" },
    ...{ id: "", replyTo: options.replyTo },
  });
  if (message !== undefined) run.awaitIds(sequence, message.id, channelId);
});

bridge.on("sendResult", (ctx) => {
  if (ctx.sequence !== undefined) runOf(ctx).sent(ctx.sequence, ctx.messageIds);
});

bridge.on(
  "messageEdited",
  async (ctx) => {
    if (!("channelId" in ctx.conversation)) return;
    const { message, tags, sender } = ctx;
    await runOf(ctx).crossing.edit({
      ...{ channelId: ctx.conversation.channelId, tags, isAction: false },
      ...{ id: message.id, replyTo: undefined, block: ctx.rootBlock ?? text(ctx.text) },
      user: sender === "" ? ctx.user : undefined,
    });
  },
  { includePlugins: true },
);

bridge.on(
  "messageDeleted",
  async (ctx) => {
    if (!("channelId" in ctx.conversation)) return;
    const { messageIds: ids, reason, tags } = ctx;
    await runOf(ctx).crossing.deletion(ctx.conversation.channelId, { ids, reason, tags });
  },
  { includePlugins: true },
);

bridge.on(
  "reaction",
  async (ctx) => {
    if (!("channelId" in ctx.conversation)) return;
    const { messageId, emoji, user, removed, tags, sender } = ctx;
    const by = sender === "" ? user : { ...user, id: `plugin:${sender}`, displayName: sender };
    await runOf(ctx).crossing.reaction(ctx.conversation.channelId, {
      ...{ messageId, removed, tags, emoji: emoji.text },
      user: by.id === "" ? undefined : by,
    });
  },
  { includePlugins: true },
);

bridge.on("typing", async (ctx) => {
  if (!ctx.isActive || !("channelId" in ctx.conversation)) return;
  const channels = await runOf(ctx).crossing.typing(ctx.conversation.channelId, ctx.user);
  for (const channelId of channels) {
    if (await ctx.core.can("typing", { channelId })) {
      await ctx.core.setTyping({ channelId }, true).catch(() => undefined);
    }
  }
});

bridge.on("member", (ctx) => {
  if (ctx.change === "unknown") return;
  const { presence, people, links } = runOf(ctx);
  const name = plainName(ctx.user.displayName, channelNameOf(ctx.user.id));
  presence.note(ctx.channelId, ctx.change, { name, user: ctx.user });
  const isLinked = links.from(ctx.channelId).length > 0;
  if (ctx.change === "joined" && isLinked) people.note(ctx.channelId, ctx.user.displayName);
});

bridge.on("channel", async (ctx) => {
  const { facts, crossing } = runOf(ctx);
  const before = facts.topicOf(ctx.channel.id);
  if (ctx.change === "left") return facts.forgetChannel(ctx.channel.id);
  facts.noteChannel(ctx.channel);
  const { topic } = ctx.channel;
  if (ctx.change === "changed" && before !== topic) await crossing.topic(ctx.channel.id, topic);
});

bridge.on("backend", async (ctx) => {
  if (ctx.change !== "connected" && ctx.change !== "networkBack") return;
  const { facts, queues } = runOf(ctx);
  facts.forgetBackend(ctx.backend.id);
  queues.retry(ctx.backend.id);
});

addCommands(bridge, runOf);

/** As typed, with its mentions and files. */
function commandBlock(prefix: string, name: string, arg: Block | string): Block {
  const isEmpty = typeof arg === "string" ? arg === "" : plainText(arg) === "";
  return isEmpty ? text(prefix + name) : container([`${prefix}${name} `, arg]);
}

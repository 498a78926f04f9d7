/** The measured process: the bridge, or a plugin that answers each message. Its settings come by IPC. */
import { plugin, silentLog, startPlugin } from "@seabird-chat/sdk";
import { bridge } from "../../plugins/src/bridge/index.ts";

export interface BridgingOrder {
  readonly url: string;
  readonly token: string;
  /** Undefined: a plugin that answers. */
  readonly links: Readonly<Record<string, readonly string[]>> | undefined;
  readonly database: string;
}

const answering = plugin("answering");
answering.on("message", async (ctx) => {
  await ctx.reply(ctx.text);
});

async function start({ url, token, links, database }: BridgingOrder): Promise<void> {
  const config = { links, database, max_link_rate: 100_000 };
  const running =
    links === undefined
      ? startPlugin(answering, { url, token, log: silentLog })
      : startPlugin(bridge, { url, token, log: silentLog, config });
  await running.ready();
  process.send?.("ready");
}

process.on("message", (order: BridgingOrder) => {
  start(order).catch((reason: unknown) => {
    console.error(reason);
    process.exit(1);
  });
});
// By itself, so that a profile is written.
process.on("disconnect", () => process.exit());

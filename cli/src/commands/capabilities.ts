/** `seabird capabilities`: what a backend or one of its channels can do with messages. */
import type { Capabilities } from "@seabird-chat/protocol";
import { parseId } from "@seabird-chat/protocol/ids";
import type { Command } from "commander";
import type { Clients } from "../client/clients.ts";
import { requireMessages } from "../client/require-extension.ts";
import { checkBackendOrChannelId } from "./check-ids.ts";
import { contextOf, withConnection } from "./context.ts";

export function addCapabilities(program: Command): void {
  withConnection(program.command("capabilities"))
    .description("what a backend or a channel can do with messages: edits, reactions, files, …")
    .argument("<backend-or-channel>", "its id, as `seabird backends` or `channels` shows it")
    .action(async (id: string, _options, command: Command) => {
      const context = contextOf(command);
      await checkBackendOrChannelId(context, id);
      const plain = await toPlain(await context.ask((clients) => capabilitiesOf(clients, id)));
      const { output } = context;
      output.result({ id, ...plain }, () => {
        output.table({
          columns: ["CAN", "HOW FAR"],
          rows: Object.entries(plain.features).sort(([a], [b]) => (a < b ? -1 : 1)),
          empty: "It declares nothing: plain messages only.",
        });
        const more: readonly (readonly [string, string])[] = [
          ...Object.entries(plain.limits),
          ["formats", plain.formats.join(" ")],
          ["allowed reactions", plain.allowedReactions.join(" ")],
          ["channels that differ", plain.channels.join(" ")],
        ];
        const known = more.filter(([, value]) => value !== "");
        if (known.length === 0) return;
        output.line("");
        output.pairs(known);
      });
    });
}

async function capabilitiesOf(clients: Clients, id: string): Promise<Capabilities | undefined> {
  await requireMessages(clients);
  const { seabird } = clients;
  const isChannel = parseId(id) !== undefined;
  const answer = isChannel
    ? await seabird.getChannelInfo({ channelId: id })
    : await seabird.getBackendInfo({ backendId: id });
  return answer.capabilities;
}

async function toPlain(declared: Capabilities | undefined) {
  const { Support } = await import("@seabird-chat/protocol");
  const features = Object.entries(declared?.features ?? {}).flatMap(([name, support]) => {
    if (support === Support.UNSPECIFIED) return [];
    return [[name, support === Support.PARTIAL ? "partial" : "full"] as const];
  });
  const limits = Object.entries(declared?.limits ?? {});
  return {
    features: Object.fromEntries(features),
    limits: Object.fromEntries(limits.map(([name, value]) => [name, String(value)])),
    formats: declared?.formats ?? [],
    allowedReactions: declared?.allowedReactions ?? [],
    channels: Object.keys(declared?.channels ?? {}),
  };
}

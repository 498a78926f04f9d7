/** Connects one plugin and answers its commands until the client is closed. */
import { type CommandEvent, type PluginClient, SeabirdError } from "@seabird/sdk";
import type { Plugin } from "./plugin.ts";

/** Commands of one plugin that run at the same time; while there are more, none is begun. */
export const MAX_COMMANDS_AT_ONCE = 64;

/** Says what went wrong, in one line and without the words of a message. */
export type Report = (line: string) => void;

/**
 * Resolves when the client is closed and every command begun has ended; rejects when the link
 * has failed. A slow network delays its own answers only.
 */
export async function runPlugin(
  plugin: Plugin,
  client: PluginClient,
  report: Report,
): Promise<void> {
  const running = new Set<Promise<void>>();
  for await (const event of client.events()) {
    if (event.kind !== "command" || !Object.hasOwn(plugin.commands, event.command)) continue;
    const run = answer(plugin, client, event, report);
    running.add(run);
    void run.then(() => running.delete(run));
    while (running.size >= MAX_COMMANDS_AT_ONCE) await Promise.race(running);
  }
  await Promise.all(running);
}

/** Never rejects: a command that fails is answered with what went wrong. */
async function answer(
  plugin: Plugin,
  client: PluginClient,
  event: CommandEvent,
  report: Report,
): Promise<void> {
  const command = plugin.commands[event.command];
  if (command === undefined) return;
  let content: Awaited<ReturnType<typeof command.run>>;
  try {
    content = await command.run({ arg: event.arg.trim(), event, core: client });
  } catch (reason) {
    content = `that did not work: ${SeabirdError.from(reason).message}`;
  }
  try {
    await client.mentionReply(event, content);
  } catch (reason) {
    const { code } = SeabirdError.from(reason);
    report(`${plugin.name}: the answer to ${event.command} was not sent (${code})`);
  }
}

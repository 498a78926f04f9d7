/** `seabird info`: core's version, age and size. */
import { formatRoughDuration } from "@seabird-chat/runtime";
import type { Command } from "commander";
import type { Clients } from "../client/clients.ts";
import { type Context, contextOf, withConnection } from "./context.ts";

export function addInfo(program: Command): void {
  withConnection(program.command("info"))
    .description("core's version, how long it runs, what is connected, its limits")
    .option("--limits", "list the limits in force too (needs the scope admin)")
    .action((options: { limits?: boolean }, command: Command) =>
      showInfo(contextOf(command), options.limits === true),
    );
}

async function showInfo({ output, ask, settings }: Context, withLimits: boolean): Promise<void> {
  const answer = await ask(collectInfo);
  const { url } = settings();
  const limits = answer.server === undefined ? {} : numbers(answer.server.limits);
  const plain = {
    url,
    version: answer.server?.version ?? null,
    startedAt: new Date(answer.startedMs).toISOString(),
    uptimeSeconds: Math.max(0, Math.round((answer.nowMs - answer.startedMs) / 1000)),
    backends: answer.backends,
    commands: answer.commands,
    limits,
  };
  output.result(plain, () => {
    output.pairs([
      ["core", url],
      ["version", plain.version ?? "unknown (needs a token with the scope admin)"],
      ["running for", formatRoughDuration(plain.uptimeSeconds * 1000)],
      ["backends", String(plain.backends)],
      ["commands", String(plain.commands)],
    ]);
    if (!withLimits) return;
    output.line("");
    output.table({
      columns: ["LIMIT", "VALUE"],
      rows: Object.entries(limits).map(([name, value]) => [name, String(value)]),
      empty: "Core did not tell its limits (needs a token with the scope admin).",
    });
  });
}

async function collectInfo({ seabird, admin }: Clients) {
  const { withoutAdmin } = await import("../client/call-failure.ts");
  const [core, backends, commands, server] = await Promise.all([
    seabird.getCoreInfo({}),
    seabird.listBackends({}),
    seabird.registeredCommands({}),
    admin.getServerInfo({}).catch(withoutAdmin),
  ]);
  return {
    startedMs: Number(core.startupTimestamp) * 1000,
    nowMs: Number(core.currentTimestamp) * 1000,
    backends: backends.backends.length,
    commands: Object.keys(commands.commands).length,
    server,
  };
}

function numbers(limits: Record<string, bigint>): Record<string, number> {
  const entries = Object.entries(limits).map(([name, value]): [string, number] => [
    name,
    Number(value),
  ]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

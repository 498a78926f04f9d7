/** `seabird streams` and `seabird kick`: who is connected, and ending one. */
import type { Command } from "commander";
import { safeText } from "../terminal/safe-text.ts";
import { type Context, contextOf, withConnection } from "./context.ts";

export function addStreams(program: Command): void {
  withConnection(program.command("streams"))
    .description("connected event streams and backends, and what waits for them (scope admin)")
    .action(async (_options, command: Command) => {
      const { output, ask } = contextOf(command);
      const { listStreams } = await import("../client/list-streams.ts");
      await ask((clients) => listStreams(clients, output));
    });
  withConnection(program.command("kick"))
    .description("end an event stream or a backend's connection (scope admin)")
    .argument("<id>", "as `seabird streams` shows it, or a backend's id")
    .option("--reason <text>", "the reason that the peer gets", "")
    .action((id: string, options: { reason: string }, command: Command) =>
      kick(contextOf(command), id, options.reason),
    );
}

async function kick({ output, ask }: Context, id: string, reason: string): Promise<void> {
  await ask(({ admin }) => admin.disconnect({ id, reason }));
  output.result({ ok: true, id }, () => output.remark(safeText(`ended ${id}`)));
}

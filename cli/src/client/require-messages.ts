/** Whether core has the messages extension (docs/protocol.md). */
import { EXIT } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";
import type { Clients } from "./clients.ts";

/** An older core leaves out what it does not know. Throws a CliError before that; `instead`: else. */
export async function requireMessages({ seabird }: Clients, instead?: string): Promise<void> {
  const { MESSAGES_EXTENSION } = await import("@seabird-chat/protocol");
  const { extensions } = await seabird.getCoreInfo({});
  if (extensions.includes(MESSAGES_EXTENSION)) return;
  throw new CliError(
    EXIT.failed,
    "this core does not have the messages extension",
    `update core${instead === undefined ? "" : `, or ${instead}`}`,
  );
}

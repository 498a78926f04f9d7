/** Whether core has an extension of the protocol (docs/protocol.md). */
import { EXIT } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";
import type { Clients } from "./clients.ts";

/** An older core leaves out what it does not know. Throws a CliError before that; `instead`: else. */
export async function requireMessages(clients: Clients, instead?: string): Promise<void> {
  const { MESSAGES_EXTENSION } = await import("@seabird-chat/protocol");
  await requireExtension(clients, MESSAGES_EXTENSION, instead);
}

/** The same for uploads. */
export async function requireMedia(clients: Clients): Promise<void> {
  const { MEDIA_EXTENSION } = await import("@seabird-chat/protocol");
  await requireExtension(
    clients,
    MEDIA_EXTENSION,
    "give the file's address, as https://example.org/cat.jpg",
  );
}

async function requireExtension(
  { seabird }: Clients,
  extension: string,
  instead?: string,
): Promise<void> {
  const { extensions } = await seabird.getCoreInfo({});
  if (extensions.includes(extension)) return;
  throw new CliError(
    EXIT.failed,
    `this core does not have the ${extension} extension`,
    `update core${instead === undefined ? "" : `, or ${instead}`}`,
  );
}

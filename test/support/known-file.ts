/** Waits for core to know a file that a backend has reported. */
import { SeabirdError, type StandaloneActionClient } from "@seabird-chat/sdk";
import { until } from "./until.ts";

/** Resolves with the file's url. */
export async function urlOfReported(plugin: StandaloneActionClient, id: string): Promise<string> {
  let url = "";
  await until(`core to know ${id}`, async () => {
    try {
      url = await plugin.attachmentUrl({ id });
      return true;
    } catch (reason) {
      if (SeabirdError.from(reason).code === "not_found") return false;
      throw reason;
    }
  });
  return url;
}

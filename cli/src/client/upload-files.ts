/** Uploads files of this machine to core, for a message. */
import { createReadStream } from "node:fs";
import type { Block } from "@seabird-chat/protocol";
import type { LocalFile } from "../commands/attached.ts";
import { safeText } from "../terminal/safe-text.ts";
import { sdkFailure } from "./sdk-failure.ts";
import { requireToken, type Settings } from "./settings.ts";

/** Smaller files are gone before anybody reads how far they are. */
const SHOWN_FROM_BYTES = 1024 * 1024;

/** One after another. Rejects with a CliError. `showsProgress`: stderr is a terminal of a person. */
export async function uploadFiles(
  files: readonly LocalFile[],
  settings: Settings,
  showsProgress: boolean,
): Promise<ReadonlyMap<LocalFile, Block>> {
  const { connectActions } = await import("@seabird-chat/sdk");
  const actions = connectActions({ url: settings.url, token: requireToken(settings) });
  const uploaded = new Map<LocalFile, Block>();
  try {
    for (const file of files) {
      const { path, name, sizeBytes } = file;
      const isShown = showsProgress && sizeBytes >= SHOWN_FROM_BYTES;
      const bytes = createReadStream(path);
      const stream = isShown ? withProgress(bytes, file) : bytes;
      uploaded.set(file, await actions.upload({ stream, sizeBytes, name }));
    }
  } catch (error) {
    throw sdkFailure(error, settings);
  } finally {
    await actions.close();
  }
  return uploaded;
}

const CLEAR_LINE = "\r\x1b[K";

/** Writes to stderr, on one line that is gone at the end. */
async function* withProgress(
  source: AsyncIterable<Uint8Array>,
  { name, sizeBytes }: LocalFile,
): AsyncGenerator<Uint8Array> {
  let sent = 0;
  let shown = -1;
  try {
    for await (const chunk of source) {
      yield chunk;
      sent += chunk.length;
      const percent = Math.min(100, Math.floor((100 * sent) / sizeBytes));
      if (percent === shown) continue;
      shown = percent;
      process.stderr.write(`${CLEAR_LINE}uploading ${safeText(name)}: ${percent} %`);
    }
  } finally {
    process.stderr.write(CLEAR_LINE);
  }
}

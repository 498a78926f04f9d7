/** Hands core a file of the homeserver, which needs a login for it. */
import { type FileSource, Refused, type RequestInfo } from "@seabird-chat/sdk/backend";
import type { MatrixMedia } from "../connection/matrix-media.ts";
import { mediaIdIn } from "../matrix-ids.ts";

/** Bytes of a file whose size the server does not say: core has to know it before. */
const MAX_HELD_BYTES = 10 * 1024 * 1024;

export async function download(
  media: MatrixMedia,
  attachmentId: string,
  upload: (source: FileSource) => Promise<void>,
  request: RequestInfo,
): Promise<void> {
  if (mediaIdIn(attachmentId) === undefined)
    throw new Refused("that is not the id of a file on Matrix");
  const [server = "", mediaId = ""] = attachmentId.slice("mxc://".length).split("/");
  const { body, sizeBytes, contentType } = await media.download({ server, mediaId }, request);
  try {
    const source =
      sizeBytes === undefined ? { bytes: await readAll(body) } : { stream: body, sizeBytes };
    await upload({ ...source, contentType });
  } finally {
    if (!body.locked) await body.cancel();
  }
}

async function readAll(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > MAX_HELD_BYTES) {
      throw new Refused(
        `the server does not say its size, and it has over ${MAX_HELD_BYTES} bytes`,
      );
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** What tests of media do on the raw wire: uploads, and backends that report and hand over files. */
import assert from "node:assert/strict";
import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type ChatRequest,
  type CreateUploadRequestSchema,
  type CreateUploadResponse,
  type GetMediaResponse,
  Media,
  Support,
} from "@seabird-chat/protocol";
import type { MessageWorld } from "./message-world.ts";
import type { RawBackend } from "./raw-backend.ts";
import type { WireCallOptions, WireEnd } from "./wires.ts";

export const FETCHES = { features: { fetch_attachment: Support.FULL } };
export const SENDS = { features: { attachment: Support.FULL } };

export interface Where {
  /** Default: none, so it is said in private. */
  readonly channelId?: string;
}

/** Somebody posts a file. */
export function post(
  backend: RawBackend,
  { channelId }: Where,
  file: { readonly id: string; readonly name?: string; readonly contentType?: string },
): void {
  const user = { id: "ann", displayName: "Ann" };
  const rootBlock = { inner: { case: "attachment", value: file } } as const;
  const inner =
    channelId === undefined
      ? ({ case: "privateMessage", value: { source: user, rootBlock } } as const)
      : ({ case: "message", value: { source: { channelId, user }, rootBlock } } as const);
  backend.send({ inner });
}

/** How a backend answers when it is asked for a file; the bytes of its PUT, or none. */
export function handsOver(
  backend: RawBackend,
  { core }: Pick<MessageWorld, "core">,
  bytes: Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = {},
): ChatRequest[] {
  const asked: ChatRequest[] = [];
  backend.respond = (request) => {
    if (request.inner.case !== "fetchAttachment") return { case: "success", value: {} };
    asked.push(request);
    const { uploadUrl } = request.inner.value;
    void fetch(core.url + uploadUrl, { method: "PUT", body: bytes, headers }).then(() =>
      backend.send({ id: request.id, inner: { case: "success", value: {} } }),
    );
    return undefined;
  };
  return asked;
}

export async function createUpload(
  { wire }: MessageWorld,
  request: MessageInitShape<typeof CreateUploadRequestSchema>,
  options: WireCallOptions,
): Promise<CreateUploadResponse> {
  const end = await wire.unary(Media.method.createUpload, request, options);
  assert.equal(end.status, 0, end.message);
  return end.response as CreateUploadResponse;
}

/** Announces a file and sends its bytes; returns its id. */
export async function upload(
  world: MessageWorld,
  options: WireCallOptions,
  bytes: Uint8Array<ArrayBuffer>,
  about: { readonly name?: string; readonly contentType?: string } = {},
): Promise<string> {
  const request = { size: BigInt(bytes.length), ...about };
  const { attachmentId, uploadUrl } = await createUpload(world, request, options);
  const answer = await fetch(world.core.url + uploadUrl, { method: "PUT", body: bytes });
  assert.equal(answer.status, 204, await answer.text());
  return attachmentId;
}

export function get(
  { wire }: MessageWorld,
  attachmentId: string,
  options: WireCallOptions,
): Promise<WireEnd> {
  return wire.unary(Media.method.get, { attachmentId }, options);
}

/** The url of a file, which must have one. */
export async function urlOf(
  world: MessageWorld,
  attachmentId: string,
  options: WireCallOptions,
): Promise<string> {
  const end = await get(world, attachmentId, options);
  assert.equal(end.status, 0, end.message);
  return (end.response as GetMediaResponse).url;
}

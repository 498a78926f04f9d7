/** What a repeated call is compared by: a hash over the RPC's name and the request's fields. */
import { hash } from "node:crypto";
import type { DescMethodUnary } from "@bufbuild/protobuf";
import type { SendOptions, Tags } from "@seabird-chat/protocol";
import { encode } from "../codec/encode.ts";

/** A request whose call may be repeated with a key. */
export interface KeyedFields {
  readonly tags: Tags;
  readonly options?: SendOptions | undefined;
}

/**
 * The hash over a request as it was decoded, before anything in it is normalised; its key does not
 * count. Fields are encoded in the order of their numbers, unknown ones last, and tags are sorted.
 */
export function requestHash(rpc: DescMethodUnary, request: KeyedFields): string {
  const { tags, options } = request;
  const entries = Object.entries(tags).sort(([one], [other]) => (one < other ? -1 : 1));
  const compared = {
    ...request,
    tags: Object.fromEntries(entries),
    ...(options && { options: { ...options, idempotencyKey: "" } }),
  };
  const bytes = encode(rpc.input, compared as never);
  return hash("sha256", Buffer.concat([Buffer.from(`${rpc.name}\0`), bytes]), "base64");
}

/** Parses the ids by which plugins name a backend, channel or user. */
import { type AbsoluteId, type BackendName, parseBackendId, parseId } from "@seabird-chat/protocol";
import { fits } from "../codec/utf8.ts";
import { BrokerError } from "../errors.ts";

/** The decoded id of a channel or user. Throws `bad_id`, naming the field. */
export function readTargetId(field: string, text: string, maxBytes: number): AbsoluteId {
  return (fits(text, maxBytes) ? parseId(text) : undefined) ?? refuse(field);
}

/** The decoded id of a backend. Throws `bad_id`. */
export function readBackendId(text: string, maxBytes: number): BackendName {
  return (fits(text, maxBytes) ? parseBackendId(text) : undefined) ?? refuse("backend_id");
}

/** The id of a file is opaque but for its length. Throws `bad_id`. */
export function checkAttachmentId(id: string, maxBytes: number): void {
  if (fits(id, maxBytes)) return;
  throw new BrokerError("bad_id", `the id of an attachment may have ${maxBytes} bytes`);
}

function refuse(field: string): never {
  throw new BrokerError("bad_id", `failed to parse ${field}`);
}

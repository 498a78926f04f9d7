/** Events in the form in which all streams share them. */
import { type Event, EventSchema } from "@seabird-chat/protocol";
import { encode } from "./encode.ts";

/** A member of the oneof of seabird.Event. */
export type PublishedInner = Exclude<Event["inner"], { case: undefined }>;
export type PublishedKind = PublishedInner["case"];

/** An event in its encoded form, ready to be published. */
export interface EncodedEvent {
  readonly kind: PublishedKind;
  readonly message: Uint8Array;
  /** Whether only streams that may read private messages get it. */
  readonly isPrivate: boolean;
  /** Whether a backend has reported files in its blocks; default: false. */
  readonly hasFiles?: boolean;
}

/** Encodes an event, once for all streams; `meta` if it carries the number it is published under. */
export function encodeEvent(
  event: Pick<Event, "inner" | "tags" | "meta" | "$unknown">,
  isPrivate: boolean,
): EncodedEvent {
  const message = encode(EventSchema, { $typeName: "seabird.Event", ...event });
  return { kind: event.inner.case as PublishedKind, message, isPrivate };
}

/** The message that an event is about, as an answer refers to it. */
import type { MessageReference } from "../link/message-reference.ts";
import type { AnswerableEvent } from "./event-fields.ts";
import type { MessageEditedEvent, ReplyableEvent } from "./events.ts";

export interface Subject {
  /** Its id is empty if the network gives none, or if the event is about no message. */
  readonly reference: MessageReference;
  /** What the backend wants back in an answer; mostly empty. */
  readonly referrer: string;
}

const NO_SUBJECT: Subject = { reference: { id: "" }, referrer: "" };

export function subjectOf(event: AnswerableEvent): Subject {
  switch (event.kind) {
    case "member":
    case "messageDeleted":
      return NO_SUBJECT;
    case "reaction":
      // Whoever reacts is not the author.
      return { reference: { id: event.messageId }, referrer: "" };
    default: {
      const { id, referrer } = event.message;
      return { reference: { id, author: event.user, text: said(event) }, referrer };
    }
  }
}

function said(event: ReplyableEvent | MessageEditedEvent): string {
  if (event.kind !== "command") return event.text;
  return event.arg === "" ? event.command : `${event.command} ${event.arg}`;
}

/** The message that an event is about, as an answer refers to it. */
import type { MessageReference } from "../link/message-reference.ts";
import type { AnswerableEvent } from "./event-fields.ts";

export interface Subject {
  /** Its id is empty if the network gives none, or if the event is about no message. */
  readonly reference: MessageReference;
  /** What the backend wants back in an answer; mostly empty. */
  readonly referrer: string;
}

const NO_SUBJECT: Subject = { reference: { id: "" }, referrer: "" };

export function subjectOf(event: AnswerableEvent): Subject {
  if ("message" in event) {
    const { id, referrer } = event.message;
    return { reference: { id, author: event.user, text: said(event) }, referrer };
  }
  // Whoever reacts is not the author.
  if ("messageId" in event) return { reference: { id: event.messageId }, referrer: "" };
  return NO_SUBJECT;
}

function said(event: Extract<AnswerableEvent, { readonly message: unknown }>): string {
  if ("text" in event) return event.text;
  return event.arg === "" ? event.command : `${event.command} ${event.arg}`;
}

/**
 * What the broker reports to metrics. All are called synchronously and often: they must be quick
 * and must not throw. Every string is one of a closed set, except `backendType`, which a backend
 * chooses within its token's scope: bound the number of its values.
 */
import type { ChatEvent } from "@seabird-chat/protocol";
import type { ActionKind } from "./actions.ts";
import type { ErrorCode } from "./errors.ts";

/** The kinds of ChatEvent; `none` is one without an inner value or of an unknown kind. */
export type ChatEventKind = NonNullable<ChatEvent["inner"]["case"]> | "none";

/** Why an event of a backend was dropped. */
export type DropReason =
  | "no_inner"
  | "bad_block"
  | "too_large"
  | "bad_id"
  | "missing_field"
  | "bad_field"
  | "too_many_channels"
  | "bad_capabilities"
  | "unmatched_answer";

/** Why an event stream or backend's stream ended: an error's code, or its peer left. */
export type CloseReason = ErrorCode | "left";

export interface BrokerObserver {
  /** A backend's event was read, dropped or not. */
  eventReceived(kind: ChatEventKind, backendType: string): void;
  /** A backend's event was dropped. */
  eventDropped(reason: DropReason, backendType: string): void;
  /** An event was put into the log for the streams; `bytes` is its encoded size. */
  eventPublished(bytes: number): void;
  /** An event stream's reader took this many events. */
  eventsDelivered(events: number, bytes: number): void;
  /** An event stream fell behind, and these were dropped with it. */
  eventsLost(events: number): void;
  /** An action ended. `backendType` is empty where no backend was asked. */
  actionDone(
    kind: ActionKind,
    backendType: string,
    outcome: "ok" | ErrorCode,
    durationMs: number,
  ): void;
  eventStreamOpened(): void;
  eventStreamClosed(reason: CloseReason): void;
  backendConnected(backendType: string): void;
  backendDisconnected(backendType: string, reason: CloseReason): void;
  /** A backend has lost its network; or has it again, or has left without it. */
  networkChanged(backendType: string, isConnected: boolean): void;
  /** Reading backends' events was paused for streams that were behind. */
  ingestPaused(durationMs: number): void;
}

export const silentObserver: BrokerObserver = {
  eventReceived() {},
  eventDropped() {},
  eventPublished() {},
  eventsDelivered() {},
  eventsLost() {},
  actionDone() {},
  eventStreamOpened() {},
  eventStreamClosed() {},
  backendConnected() {},
  backendDisconnected() {},
  networkChanged() {},
  ingestPaused() {},
};

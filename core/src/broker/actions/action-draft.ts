/** One action on its way through the steps before its backend is asked. */
import type { Message } from "@bufbuild/protobuf";
import {
  type AbsoluteId,
  ORIGINAL_FORMAT_TAG,
  type OriginalFormat,
  type Tags,
} from "@seabird-chat/protocol";
import type { ActionKind } from "../actions.ts";
import type { CallContext } from "../caller.ts";
import type { Clock } from "../clock.ts";
import type { EncodedEvent, PublishedInner } from "../codec/encode-event.ts";
import type { Logger } from "../logger.ts";
import type { MediaLinks } from "../media-links.ts";
import type { BrokerObserver } from "../observer.ts";
import type { ResolvedBrokerOptions } from "../options.ts";
import type { Backend, Backends } from "../registries/backends.ts";
import type { EventBus } from "../streams/event-bus.ts";
import type { KeyedSend, SendKey } from "./keyed-send.ts";
import type { RateLimiter } from "./rate-limiter.ts";
import type {
  ActionTarget,
  AnyActionRow,
  GivenContent,
  MessageContent,
} from "./rows/action-row.ts";

/** What running an action needs. */
export interface ActionRunnerDeps {
  readonly options: ResolvedBrokerOptions;
  readonly clock: Clock;
  readonly log: Logger;
  readonly observer: BrokerObserver;
  readonly backends: Backends;
  readonly events: EventBus;
  readonly rateLimiter: RateLimiter;
  /** Default: core keeps no files. */
  readonly media: MediaLinks | undefined;
}

/** The event by which a send was announced. */
export interface Announced {
  readonly sequence: number;
  readonly target: ActionTarget;
  /** The backend's own id of the channel; `undefined`: it went to a user. */
  readonly channelId: string | undefined;
  readonly isPrivate: boolean;
}

export class ActionDraft {
  readonly kind: ActionKind;
  readonly row: AnyActionRow;
  readonly request: Message;
  readonly call: CallContext;
  /** As the caller gave it. */
  readonly target: ActionTarget;
  readonly given: GivenContent | undefined;
  /** By the broker's clock. */
  deadlineMs = 0;
  id: AbsoluteId = { type: "", id: "", relative: "" };
  backend: Backend | undefined;
  /** Whether only those may do it, and read of it, who may read private messages. */
  isPrivate = false;
  mentionsEveryone = false;
  /** What its blocks cost, as `blockCost` counts. */
  blockCost = 0;
  /** Whether it has files without a url. */
  hasFilesWithoutUrl = false;
  content: MessageContent;
  /** Which of text and block the caller gave, if the action has any. */
  format: OriginalFormat | undefined;
  /** The encoded request; `undefined`: there is no backend. */
  encoded: { readonly id: string; readonly bytes: Uint8Array } | undefined;
  /** Features that the request lost. */
  degraded: readonly string[] = [];
  /** Of a send that carries an idempotency key. */
  sendKey: SendKey | undefined;
  /** By which a send with a key is remembered. */
  send: KeyedSend | undefined;
  /** What is published before the backend is asked. */
  announcement: EncodedEvent | undefined;
  announced: Announced | undefined;

  constructor(kind: ActionKind, row: AnyActionRow, request: Message, call: CallContext) {
    this.kind = kind;
    this.row = row;
    this.request = request;
    this.call = call;
    this.target = row.target(request);
    this.given = row.content?.(request);
    this.content = { sender: call.caller.name, text: "" };
  }

  /** The backend's own id of the channel; `undefined`: the target is none. */
  get channelId(): string | undefined {
    return this.target.kind === "channel" ? this.id.relative : undefined;
  }

  /** The tags of the request, and of an event with its text. */
  get tags(): Tags {
    const tags = this.row.tags(this.request);
    return this.format === undefined ? tags : { ...tags, [ORIGINAL_FORMAT_TAG]: this.format };
  }

  /** The tags of an event: those about how a text was given only where there is one. */
  tagsOf({ value }: PublishedInner): Tags {
    return "text" in value ? this.tags : this.row.tags(this.request);
  }
}

/** What the row of an action says. The rows are in the files beside this one. */
import type {
  DescMessage,
  DescMethodUnary,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import type {
  BackendName,
  Block,
  ChatEvent,
  ChatRequest,
  Feature,
  SendOptions,
  SendResult,
  Tags,
} from "@seabird-chat/protocol";
import type { PublishedInner } from "../../codec/encode-event.ts";
import type { BackendCapabilities } from "../../registries/capabilities.ts";

export type BackendRequest = ChatRequest["inner"];
export type Answer = ChatEvent["inner"];

/** How one action is done. */
export interface ActionRow<I extends DescMessage, O extends DescMessage> {
  readonly rpc: DescMethodUnary<I, O>;
  /** Scopes of which the caller's token needs one. */
  readonly access: readonly ("plugin" | "read")[];
  /** The field with the target's absolute id; named to a caller whose id cannot be read. */
  readonly field: "channel_id" | "user_id" | "backend_id" | "conversation";
  target(request: MessageShape<I>): ActionTarget;
  /** The error's message where the target's backend is not connected. */
  readonly absentMessage: "unknown backend" | "backend not found";
  /** What the backend has to have declared. */
  readonly needs?: NeededFeature;
  /** The caller's tags without core's own, and what core adds. */
  tags(request: MessageShape<I>): Tags;
  /** What is wrong with the request's own fields, if anything: the message of INVALID_ARGUMENT. */
  problem?(request: MessageShape<I>): string | undefined;
  /** Only of sends and edits: the content, to be normalised. */
  content?(request: MessageShape<I>): GivenContent;
  /** Only of sends: an action ("/me waves"), into which nothing is quoted. */
  readonly isAction?: boolean;
  /** Only of sends: the event that is published before the backend is asked. */
  announce?(request: MessageShape<I>, content: MessageContent): PublishedInner;
  ask(request: MessageShape<I>, target: RequestTarget, content: MessageContent): BackendRequest;
  /** The answers that mean success. `failed` is understood in any case. */
  readonly accepts: readonly Answer["case"][];
  /**
   * The events that are published once the backend has done it, before the caller gets its
   * response. The request is kept until then.
   */
  announceDone?(done: DoneAction<MessageShape<I>>): readonly PublishedInner[];
  /** Default: the empty response. Its size is checked against `maxMessageBytes`. */
  respond?(response: ResponseContext): MessageInitShape<O>;
  /** A field of the response whose message is one object until something changes. */
  readonly shares?: string;
  /** Bytes that a response may have besides little; default: 0. */
  responseBytes?(response: ResponseContext): number;
}

/** A row, whatever its messages. */
export type AnyActionRow = ActionRow<DescMessage, DescMessage>;

export interface ActionTarget {
  readonly kind: "channel" | "user" | "backend";
  /** Absolute, as the caller wrote it. */
  readonly id: string;
}

export interface NeededFeature {
  readonly feature: Feature;
  /** `cannot edit messages`, after the backend's id. */
  readonly refusal: string;
}

export interface GivenContent {
  readonly text: string;
  readonly rootBlock?: Block | undefined;
  readonly options?: SendOptions | undefined;
}

/** A normalised message; without text and block where the action is no send. */
export interface MessageContent {
  readonly sender: string;
  readonly text: string;
  readonly rootBlock?: Block;
  readonly options?: SendOptions;
}

/** The target by the backend's own id, and the request's tags. */
export interface RequestTarget {
  readonly kind: ActionTarget["kind"];
  readonly relative: string;
  readonly tags: Tags;
}

/** An action that the backend has done. */
export interface DoneAction<Request> {
  readonly request: Request;
  readonly content: MessageContent;
  readonly answer: Answer;
  readonly result: SendResult;
}

export interface ResponseContext {
  readonly answer: Answer;
  /** What became of a send or an edit. */
  readonly result: SendResult;
  readonly backend: RespondingBackend;
  /** Whether the caller may learn of private channels. */
  readonly mayPrivate: boolean;
  readonly options: ResponseBounds;
}

export interface ResponseBounds {
  /** Bytes of a backend's own id of a user. */
  readonly maxIdBytes: number;
  /** Bytes of a response. */
  readonly maxMessageBytes: number;
}

export interface RespondingBackend {
  /** Absolute: `irc://seabird`. */
  readonly id: string;
  readonly name: BackendName;
  readonly capabilities: BackendCapabilities;
}

export function action<I extends DescMessage, O extends DescMessage>(
  rpc: DescMethodUnary<I, O>,
  row: Omit<ActionRow<I, O>, "rpc">,
): ActionRow<I, O> {
  return { rpc, ...row };
}

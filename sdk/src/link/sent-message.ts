/** The handle of a message that was sent: what became of it, and what can be done with it. */
import type { SendResult } from "@seabird-chat/protocol";
import type { ActionOptions, CallOptions } from "./call-options.ts";
import type { Capabilities } from "./capabilities.ts";
import type { Content } from "./content.ts";
import { markImpossible, SeabirdError } from "./errors.ts";
import type { Conversation } from "./message-reference.ts";
import { normalId } from "./normal-id.ts";

/** An emoji to react with: `"👍"`, or one of the network's own. */
export type EmojiGiven =
  | string
  | {
      /** `👍`, or `:parrot:` for one of the network's own. */
      readonly text: string;
      /** Its identity on the network. */
      readonly id?: string | undefined;
      readonly url?: string | undefined;
    };

export interface ReactOptions extends ActionOptions {
  /** Takes the reaction back. Default: false. */
  readonly removed?: boolean | undefined;
}

/** What became of an edit. */
export interface EditResult {
  readonly ids: readonly string[];
  readonly degraded: readonly string[];
}

/** Which ids could not be deleted, and why. */
export type FailedDeletions = Readonly<Record<string, string>>;

/** The calls behind a handle. */
export interface MessageCalls {
  editMessage(
    where: Conversation,
    ids: string | readonly string[],
    content: Content,
    options?: ActionOptions,
  ): Promise<EditResult>;
  deleteMessages(
    where: Conversation,
    ids: string | readonly string[],
    options?: ActionOptions & { readonly reason?: string | undefined },
  ): Promise<FailedDeletions>;
  react(where: Conversation, id: string, emoji: EmojiGiven, options?: ReactOptions): Promise<void>;
}

export interface SentMessageInit {
  readonly where: Conversation;
  /** Of the conversation. */
  readonly backendId: string;
  /** Whether core has the messages extension. */
  readonly hasMessages: boolean;
  readonly result: SendResult | undefined;
  /** What is known at the moment; undefined: nothing. */
  known(): Capabilities | undefined;
}

/** Makes a call with the options that were given, or with more. */
export type RunCall = <T, Options extends CallOptions>(
  options: Options | undefined,
  call: (options: Options | undefined) => Promise<T>,
) => Promise<T>;

const runNow: RunCall = (options, call) => call(options);

/** Its properties may be read, and its functions called, in any order and as often as one likes. */
export class SentMessage {
  /** The features that the message lost on its way, such as `reply` (protocol: degrading). */
  readonly degraded: readonly string[];
  /** Of its event, for matching `sendResult`; undefined without the messages extension. */
  readonly sequence: bigint | undefined;
  readonly #init: SentMessageInit;
  readonly #where: Conversation;
  readonly #calls: MessageCalls;
  readonly #run: RunCall;
  #ids: readonly string[];
  /** The last that was heard. */
  #known: Capabilities | undefined;

  /** @internal */
  constructor(init: SentMessageInit, calls: MessageCalls, run: RunCall = runNow) {
    this.#run = run;
    const { where, result } = init;
    this.#init = init;
    this.#calls = calls;
    this.#where = result?.channelId ? { channelId: result.channelId } : where;
    this.#ids = result?.messageIds ?? [];
    this.#known = init.known();
    this.degraded = result?.degraded ?? [];
    this.sequence = result?.sequence;
  }

  /** Where it went, in normal form: a thread, if it began one. Undefined in private. */
  get channelId(): string | undefined {
    return "channelId" in this.#where ? normalId(this.#where.channelId) : undefined;
  }

  /** The network's ids of it, in order: one send may become several messages. None: it has no ids. */
  get ids(): readonly string[] {
    return this.#ids;
  }

  /** Whether `edit` can work: it has ids, and its network can do it, as far as is known. */
  get canEdit(): boolean {
    return this.#can("edit");
  }

  /** Whether `delete` can work. */
  get canDelete(): boolean {
    return this.#can("delete");
  }

  /** Whether `react` can work. */
  get canReact(): boolean {
    return this.#can("react");
  }

  /**
   * Replaces its content; `ids` are those of the edited message then. Rejects with
   * `failed_precondition` if its network gave it no id or cannot edit.
   */
  edit(content: Content, options?: ActionOptions): Promise<this> {
    return this.#run(options, async (more) => {
      const ids = this.#idsTo("edited");
      const { ids: newIds } = await this.#calls.editMessage(this.#where, ids, content, more);
      if (newIds.length > 0) this.#ids = newIds;
      return this;
    });
  }

  /** Deletes it. Rejects with `unknown` and the network's reason if a part of it stays. */
  delete(reason?: string, options?: ActionOptions): Promise<void> {
    return this.#run(options, async (more) => {
      const ids = this.#idsTo("deleted");
      throwIfFailed(await this.#calls.deleteMessages(this.#where, ids, { ...more, reason }));
    });
  }

  /** Reacts to it; of several messages, to the first. */
  react(emoji: EmojiGiven, options?: ReactOptions): Promise<void> {
    return this.#run(options, async (more) => {
      const [first = ""] = this.#idsTo("reacted to");
      await this.#calls.react(this.#where, first, emoji, more);
    });
  }

  /** @internal The same message, its calls run by something else. */
  static runBy(sent: SentMessage, run: RunCall): SentMessage {
    return new SentMessage(sent.#init, sent.#calls, run);
  }

  #can(feature: "edit" | "delete" | "react"): boolean {
    if (this.#ids.length === 0) return false;
    this.#known = this.#init.known() ?? this.#known;
    return this.#known === undefined || this.#known.features[feature] !== undefined;
  }

  #idsTo(done: string): readonly string[] {
    if (!this.#init.hasMessages) throw noExtension();
    if (this.#ids.length > 0) return this.#ids;
    throw noId(this.#init.backendId, done);
  }
}

/** `done`: what was asked for, such as `edited`. */
export function noId(backendId: string, done: string): SeabirdError {
  const what = `${backendId} gave this message no id, so it cannot be ${done}`;
  return markImpossible(new SeabirdError("failed_precondition", what));
}

/** For what only a core with the messages extension can do. */
export function noExtension(): SeabirdError {
  return new SeabirdError("unimplemented", "this core does not have the messages extension");
}

/** Rejections of some of several messages as one error. */
export function throwIfFailed(failed: FailedDeletions): void {
  const reasons = Object.values(failed);
  if (reasons.length === 0) return;
  const [first = ""] = reasons;
  const more = reasons.length === 1 ? "" : ` (and ${reasons.length - 1} more)`;
  throw new SeabirdError("unknown", `${first || "it could not be deleted"}${more}`);
}

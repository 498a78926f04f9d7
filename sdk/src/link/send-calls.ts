/** Sends: their options, their idempotency keys, and the handle that each resolves with. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CallOptions as ConnectOptions } from "@connectrpc/connect";
import type { SendMessageRequestSchema, SendResult } from "@seabird-chat/protocol";
import {
  checkKey,
  extensionOptionOf,
  SEND_OPTIONS,
  type SendOptions,
  sendOptionsToWire,
  tagsOf,
} from "./call-options.ts";
import type { CapabilityCache } from "./capabilities.ts";
import { uniqueName } from "./clock.ts";
import { type Content, contentToWire } from "./content.ts";
import type { CoreCalls } from "./core-calls.ts";
import type { CoreIdentity } from "./core-headers.ts";
import { SeabirdError } from "./errors.ts";
import type { Conversation } from "./message-reference.ts";
import { backendIdOf } from "./normal-id.ts";
import { checkOptionNames } from "./option-names.ts";
import { type MessageCalls, noExtension, SentMessage } from "./sent-message.ts";

export interface SendCallsDeps {
  readonly core: CoreIdentity;
  readonly calls: CoreCalls;
  readonly capabilities: CapabilityCache;
  /** What handles edit, delete and react by. */
  readonly messages: MessageCalls;
  /** Called with the channel's or user's id for each message and action that is sent. */
  readonly onSend: ((to: string, sent: Promise<unknown>) => void) | undefined;
}

/** What the requests of all sends have. */
type SendRequest = Omit<
  MessageInitShape<typeof SendMessageRequestSchema>,
  "channelId" | "$typeName"
>;

export interface Send {
  /** In messages about its options. */
  readonly name: string;
  readonly where: Conversation;
  readonly content: Content;
  readonly options: SendOptions | undefined;
  go(
    request: SendRequest,
    options: ConnectOptions,
  ): Promise<{ readonly result?: SendResult | undefined }>;
}

export class SendCalls {
  readonly #deps: SendCallsDeps;
  readonly #keys = uniqueName();
  #keysMade = 0;

  constructor(deps: SendCallsDeps) {
    this.#deps = deps;
  }

  async run({ name, where, content, options = {}, go }: Send): Promise<SentMessage> {
    const { core, calls, onSend } = this.#deps;
    checkOptionNames(name, options, SEND_OPTIONS);
    if (options.idempotencyKey !== undefined) checkKey(options.idempotencyKey);
    const said = contentToWire(content);
    await this.#checkCore(options);
    const isIdempotent = core.hasMessages === true;
    const wire = this.#optionsToWire(options);
    const request = { ...said, ...tagsOf(options), ...(wire && { options: wire }) };
    const send = (within: ConnectOptions) => go(request, within);
    const sent = calls.run({ name, options, allowed: SEND_OPTIONS, send, isIdempotent });
    onSend?.("channelId" in where ? where.channelId : where.userId, sent);
    return this.#handle(where, (await sent).result);
  }

  async #checkCore(options: SendOptions): Promise<void> {
    const option = extensionOptionOf(options);
    if (option === undefined || (await this.#deps.calls.hasMessages(options))) return;
    const { code, message } = noExtension();
    throw new SeabirdError(code, `${message}, which the option ${option} needs`);
  }

  #optionsToWire(options: SendOptions) {
    const { hasMessages } = this.#deps.core;
    if (hasMessages === false) return undefined;
    const { idempotencyKey } = options;
    const key = hasMessages === true ? (idempotencyKey ?? this.#newKey()) : idempotencyKey;
    return sendOptionsToWire(options, key);
  }

  #newKey(): string {
    this.#keysMade += 1;
    return `${this.#keys}-${this.#keysMade}`;
  }

  async #handle(where: Conversation, result: SendResult | undefined): Promise<SentMessage> {
    const { core, capabilities, messages } = this.#deps;
    const backendId = backendIdOf(where);
    const hasMessages = core.hasMessages === true;
    const init = { where, backendId, result, hasMessages, capabilities: undefined };
    // Without ids nothing can be done with it, whatever the backend can do.
    if (result === undefined || result.messageIds.length === 0)
      return new SentMessage(init, messages);
    const known = await capabilities.usable(where, backendId).catch(() => undefined);
    return new SentMessage({ ...init, capabilities: known }, messages);
  }
}

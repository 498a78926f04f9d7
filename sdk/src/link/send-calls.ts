/** Sends: their options, their idempotency keys, and the handle that each resolves with. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CallOptions as ConnectOptions } from "@connectrpc/connect";
import type { SendMessageRequestSchema, SendResult } from "@seabird-chat/protocol";
import { hasNewBlocks, toBaseBlock } from "./base-block.ts";
import {
  checkSendOptions,
  extensionOptionOf,
  SEND_OPTIONS,
  type SendOptions,
  sendOptionsToWire,
  tagsOf,
} from "./call-options.ts";
import type { CapabilityCache } from "./capabilities.ts";
import { uniqueName } from "./clock.ts";
import { type Content, messageToWire } from "./content.ts";
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
    checkSendOptions(options);
    const said = messageToWire(content);
    const block = "rootBlock" in said ? said.rootBlock : undefined;
    const needed = extensionOptionOf(options);
    // What is known is not waited for: sends that are not awaited go out in their order.
    if (
      core.hasMessages === undefined &&
      (needed !== undefined || (block && hasNewBlocks(block)))
    ) {
      await calls.hasMessages(options);
    }
    if (needed !== undefined && core.hasMessages !== true) {
      const { code, message } = noExtension();
      throw new SeabirdError(code, `${message}, which the option ${needed} needs`);
    }
    const hasMessages = core.hasMessages === true;
    const body = hasMessages || block === undefined ? said : { rootBlock: toBaseBlock(block) };
    const attempt = (key: string | undefined) => {
      const wire = core.hasMessages === false ? undefined : sendOptionsToWire(options, key);
      const request = { ...body, ...tagsOf(options), ...(wire && { options: wire }) };
      return calls.run({
        ...{ name, options, allowed: SEND_OPTIONS },
        send: (within) => go(request, within),
        isIdempotent: hasMessages && key !== undefined,
      });
    };
    const isOurs = hasMessages && options.idempotencyKey === undefined;
    const sent = isOurs
      ? attempt(this.#newKey()).catch((reason: unknown) => {
          if (!isOutOfKeys(reason)) throw reason;
          return attempt(undefined);
        })
      : attempt(options.idempotencyKey);
    onSend?.("channelId" in where ? where.channelId : where.userId, sent);
    return this.#handle(where, (await sent).result, options.signal);
  }

  #newKey(): string {
    this.#keysMade += 1;
    return `${this.#keys}-${this.#keysMade}`;
  }

  async #handle(
    where: Conversation,
    result: SendResult | undefined,
    signal: AbortSignal | undefined,
  ): Promise<SentMessage> {
    const { core, capabilities, messages } = this.#deps;
    const backendId = backendIdOf(where);
    const known = () => capabilities.known(where, backendId);
    // Without ids nothing can be done with it, whatever the backend can do.
    if (result !== undefined && result.messageIds.length > 0) {
      // The message has been sent: whoever waits for that does not wait long for anything else.
      await capabilities.learn(where, backendId, signal);
    }
    const hasMessages = core.hasMessages === true;
    return new SentMessage({ where, backendId, result, hasMessages, known }, messages);
  }
}

/**
 * Core remembers too many sends of this token whose outcome is open, as when a backend answers none:
 * it has neither announced nor begun this one, which goes without a key then.
 */
function isOutOfKeys(reason: unknown): boolean {
  const { code, message } = SeabirdError.from(reason);
  return code === "resource_exhausted" && message === "too many idempotency keys";
}

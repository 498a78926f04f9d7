/** What the bot does with messages: sends, corrections, retractions, reactions, typing. */
import type {
  BackendHost,
  Clock,
  DeleteRequest,
  Log,
  OutgoingEdit,
  OutgoingMessage,
  OutgoingReaction,
  RequestInfo,
  Sent,
  Target,
} from "@seabird-chat/sdk/backend";
import type { StanzaSender } from "./connection/hooks.ts";
import type { XmppSettings } from "./settings.ts";
import type { Stanza } from "./stanza.ts";
import type { RecentMessages } from "./state/recent-messages.ts";
import type { RoomsView } from "./state/rooms.ts";

export interface MessageActionsDeps {
  readonly settings: XmppSettings;
  readonly sender: StanzaSender;
  readonly rooms: RoomsView;
  readonly recent: RecentMessages;
  readonly clock: Clock;
  readonly log: Log;
  /** Opens a file that a plugin or another network gave. */
  readonly openAttachment: BackendHost["openAttachment"];
}

export class MessageActions {
  readonly #deps: MessageActionsDeps;

  constructor(deps: MessageActionsDeps) {
    this.#deps = deps;
  }

  /** A stanza from the network, before anybody else reads it: reflections and errors of own ones. */
  receive(_stanza: Stanza): void {}

  /** The session is over: nothing that waits for its answer will get it. */
  lost(_reason: string): void {}

  async send(_to: Target, _message: OutgoingMessage): Promise<Sent> {
    throw new Error(`not written yet: ${this.#deps.sender.address}`);
  }

  async edit(_to: Target, _ids: readonly string[], _message: OutgoingEdit): Promise<Sent> {
    throw new Error("not written yet");
  }

  async delete(
    _to: Target,
    _ids: readonly string[],
    _request: DeleteRequest,
  ): Promise<Record<string, string>> {
    throw new Error("not written yet");
  }

  async react(
    _to: Target,
    _messageId: string,
    _reaction: OutgoingReaction,
    _request: RequestInfo,
  ): Promise<void> {
    throw new Error("not written yet");
  }

  async setTyping(_to: Target, _isActive: boolean, _request: RequestInfo): Promise<void> {
    throw new Error("not written yet");
  }
}

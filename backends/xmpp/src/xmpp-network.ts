/** Connects an XMPP account with core: core's requests go to the network, its events to core. */
import type { BackendConnection, BackendHost } from "@seabird-chat/sdk/backend";
import { XmppConnection } from "./connection.ts";
import { MessageActions } from "./message-actions.ts";
import type { XmppSettings } from "./settings.ts";
import { RecentMessages } from "./state/recent-messages.ts";

type Host = BackendHost<XmppSettings>;

/** One account, until it is closed: `XmppConnection` reconnects when a connection is lost. */
export class XmppNetwork implements BackendConnection<XmppSettings> {
  /** Never settles: a lost connection does not end it. */
  readonly closed = new Promise<never>(() => undefined);
  readonly #connection: XmppConnection;
  readonly #messages: MessageActions;
  readonly send: MessageActions["send"];
  readonly edit: MessageActions["edit"];
  readonly delete: MessageActions["delete"];
  readonly react: MessageActions["react"];
  readonly setTyping: MessageActions["setTyping"];

  private constructor(host: Host) {
    const { address, password } = host.config;
    this.#connection = new XmppConnection(
      { address, password },
      { stanza: (stanza) => this.#messages.receive(stanza), status: () => undefined },
    );
    this.#messages = new MessageActions({
      settings: host.config,
      sender: this.#connection,
      rooms: { room: () => undefined },
      recent: new RecentMessages(),
      clock: host.clock,
      log: host.log,
      openAttachment: (attachment) => host.openAttachment(attachment),
      uploadAddresses: () => [],
    });
    this.send = this.#messages.send.bind(this.#messages);
    this.edit = this.#messages.edit.bind(this.#messages);
    this.delete = this.#messages.delete.bind(this.#messages);
    this.react = this.#messages.react.bind(this.#messages);
    this.setTyping = this.#messages.setTyping.bind(this.#messages);
  }

  static async connect(host: Host): Promise<XmppNetwork> {
    return new XmppNetwork(host);
  }

  members(): never {
    throw new Error("not written yet");
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

/** A connection to an XMPP server that reconnects when it is lost. Knows nothing of Seabird. */
import type { ConnectionHooks, StanzaSender } from "./connection/hooks.ts";
import type { XmppOptions } from "./options.ts";
import type { Stanza } from "./stanza.ts";

export class XmppConnection implements StanzaSender {
  readonly #options: XmppOptions;
  readonly #hooks: ConnectionHooks;

  constructor(options: XmppOptions, hooks: ConnectionHooks) {
    this.#options = options;
    this.#hooks = hooks;
  }

  get address(): string {
    return "";
  }

  async send(_stanza: Stanza): Promise<void> {
    throw new Error(`not connected: ${this.#options.address}`);
  }

  async sendAcknowledged(_stanza: Stanza, _signal: AbortSignal): Promise<void> {
    throw new Error("not connected");
  }

  async request(_iq: Stanza, _signal: AbortSignal): Promise<Stanza> {
    throw new Error("not connected");
  }

  async close(): Promise<void> {
    this.#hooks.status({ status: "lost", reason: "closed", retryInMs: 0 });
  }
}

/** The options of an XMPP connection, resolved from the settings. Imports nothing. */

export interface XmppOptions {
  /** The bot's bare address. */
  readonly address: string;
  readonly password: string;
}

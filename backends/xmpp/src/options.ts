/** The options of an XMPP connection, resolved from the settings. Imports nothing. */

/** Where a server listens. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (XEP-0368); else STARTTLS. */
  readonly isDirectTls: boolean;
}

export interface TlsOptions {
  /** False: a server without TLS will do, and a login that shows nobody the password. */
  readonly required: boolean;
  /** False: any certificate will do. */
  readonly verify: boolean;
  /** PEM text: the authorities that are trusted instead of Node's. */
  readonly ca: string | undefined;
}

export interface RoomToJoin {
  /** The bare address, lower case. */
  readonly address: string;
  readonly nick: string;
  readonly password: string | undefined;
}

export interface XmppOptions {
  /** The bot's bare address, lower case. */
  readonly address: string;
  readonly user: string;
  readonly domain: string;
  readonly password: string;
  /** Undefined: what the domain says in the DNS (SRV records). */
  readonly service: Endpoint | undefined;
  readonly tls: TlsOptions;
  readonly rooms: readonly RoomToJoin[];
  /** Of rooms that are joined on request or invitation. */
  readonly nick: string;
  /** Whether to return to a room after a kick. */
  readonly rejoin: boolean;
  /** Milliseconds without an answer after which the connection counts as lost. */
  readonly pingTimeoutMs: number;
  /** Milliseconds before the first reconnect, half of it random; doubles with each failure. */
  readonly reconnectMinMs: number;
  /** Longest pause between two attempts, in milliseconds. */
  readonly reconnectMaxMs: number;
  /** Milliseconds without a stanza from a room after which the bot asks whether it is still in it. */
  readonly selfPingMs: number;
  /** Milliseconds between a kick and the return, with `rejoin`. */
  readonly rejoinAfterMs: number;
  /** Milliseconds before a refused room is tried again; doubles with each refusal, four times. */
  readonly joinRetryMs: number;
  /** Milliseconds in which a room has to answer a join. */
  readonly joinWithinMs: number;
}

/** Options that no setting sets, or that have this default. */
export const DEFAULT_LIMITS = {
  pingTimeoutMs: 60_000,
  reconnectMinMs: 1_000,
  selfPingMs: 300_000,
  rejoinAfterMs: 5_000,
  joinRetryMs: 30_000,
  joinWithinMs: 20_000,
} as const;

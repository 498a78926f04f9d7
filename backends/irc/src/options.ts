/** The options of an IRC connection, resolved from the settings. Imports nothing. */

export type SaslMechanism = "PLAIN" | "EXTERNAL";

export interface SaslOptions {
  readonly mechanism: SaslMechanism;
  /** The account's name. May be empty for EXTERNAL: the certificate identifies the bot. */
  readonly account: string;
  /** For PLAIN. */
  readonly password?: string | undefined;
  /** False: connect without the login if it fails. Default: true. */
  readonly required?: boolean | undefined;
}

/** PEM texts. */
export interface TlsFiles {
  /** The authorities that are trusted instead of Node's. */
  readonly ca?: string | undefined;
  /** The bot's certificate, for SASL EXTERNAL, and its key. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export interface FloodOptions {
  /** Lines that may be sent at once after a pause. */
  readonly burstLines: number;
  /** Milliseconds until one more line may be sent. */
  readonly lineIntervalMs: number;
}

export interface RequestOptions {
  /** Milliseconds from a request's arrival within which core expects its answer. */
  readonly answerWithinMs: number;
  /** Milliseconds from a request's arrival within which its last line has to be sent; one that takes longer is refused. */
  readonly sendBudgetMs: number;
  /** Requests that may wait at once; one more is refused. */
  readonly maxWaitingRequests: number;
  /** Milliseconds without a line from the server after which the connection counts as dead. */
  readonly pingTimeoutMs: number;
}

export interface ChannelToJoin {
  readonly name: string;
  readonly key: string | undefined;
}

export interface IrcOptions extends FloodOptions, RequestOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** False: any certificate will do (`ircs+unsafe`). */
  readonly verifyCertificate: boolean;
  readonly nick: string;
  readonly user: string;
  readonly realName: string;
  readonly password: string | undefined;
  readonly nickservPassword: string | undefined;
  /** The login during registration; undefined: none. */
  readonly sasl?: SaslOptions | undefined;
  /** Certificates instead of Node's, and the bot's own. */
  readonly tlsFiles?: TlsFiles | undefined;
  /** The file for STS policies; undefined: they are kept in memory only. */
  readonly stsFile?: string | undefined;
  readonly channels: readonly ChannelToJoin[];
  /** Return to a channel after a kick. Default: false. */
  readonly rejoin?: boolean | undefined;
  /** Milliseconds between a kick and the return, with `rejoin`. */
  readonly rejoinAfterMs: number;
  /** Milliseconds until a refused JOIN is repeated; doubles with each refusal. */
  readonly joinRetryMs: number;
  /** Milliseconds between attempts to regain the wanted nick. */
  readonly nickCheckMs: number;
  /** Milliseconds in which the server has to welcome the bot. */
  readonly registerWithinMs: number;
  /** Milliseconds in which the server has to list its capabilities; then it counts as one without. */
  readonly capWaitMs: number;
  /** Milliseconds that the login (SASL) may take. */
  readonly saslWaitMs: number;
  /** Milliseconds until the next attempt after a refused password; doubles with each. */
  readonly refusedPauseMs: number;
  /** Milliseconds that JOIN waits for NickServ's answer. */
  readonly identifyWaitMs: number;
  /** Milliseconds without a line from the server until it is pinged. */
  readonly pingIntervalMs: number;
  /** Milliseconds before the first reconnect, half of it random; doubles with each failure. */
  readonly reconnectMinMs: number;
  /** Longest pause between two attempts, in milliseconds. */
  readonly reconnectMaxMs: number;
}

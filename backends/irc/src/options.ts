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
  /** The account to log in to while connecting; undefined: none. */
  readonly sasl?: SaslOptions | undefined;
  /** Certificates other than the machine's, and our own. */
  readonly tlsFiles?: TlsFiles | undefined;
  /** Where transport policies (STS) are kept; undefined: until the process ends. */
  readonly stsFile?: string | undefined;
  readonly channels: readonly ChannelToJoin[];
  /** Come back to a channel we were kicked from. Default: false, a person decided that. */
  readonly rejoin?: boolean | undefined;
  /** Milliseconds from a kick until we come back, if `rejoin`. */
  readonly rejoinAfterMs: number;
  /** Milliseconds until a channel that refused us is tried again; doubles with each refusal. */
  readonly joinRetryMs: number;
  /** Milliseconds between attempts to get the wanted nick back. */
  readonly nickCheckMs: number;
  /** Milliseconds from dialling until the server must have welcomed us. */
  readonly registerWithinMs: number;
  /** Milliseconds that a server has to list its capabilities; then it is taken as one without. */
  readonly capWaitMs: number;
  /** Milliseconds that the login (SASL) may take. */
  readonly saslWaitMs: number;
  /** Milliseconds before the next attempt after a password was not taken; doubles with each. */
  readonly refusedPauseMs: number;
  /** Milliseconds that the joins wait for NickServ's answer. */
  readonly identifyWaitMs: number;
  /** Milliseconds without a word from the server before it is asked for one. */
  readonly pingIntervalMs: number;
  /** Milliseconds before the first reconnect, half of it random; doubles with each failure. */
  readonly reconnectMinMs: number;
  /** Longest pause between two attempts, in milliseconds. */
  readonly reconnectMaxMs: number;
}

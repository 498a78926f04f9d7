/** What a connection to an IRC network is told, resolved once. */

import type { SaslOptions } from "./connection/sasl.ts";
import type { TlsFiles } from "./connection/transport.ts";
import type { FloodOptions } from "./requests/flood-queue.ts";
import type { VerdictOptions } from "./requests/request-tracker.ts";

export interface ChannelToJoin {
  readonly name: string;
  readonly key: string | undefined;
}

export interface IrcOptions extends FloodOptions, VerdictOptions {
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
  /** Milliseconds without a word from the server after which it is dead. */
  readonly pingTimeoutMs: number;
  /** Milliseconds before the first reconnect, half of it random; doubles with each failure. */
  readonly reconnectMinMs: number;
  /** Longest pause between two attempts, in milliseconds. */
  readonly reconnectMaxMs: number;
}

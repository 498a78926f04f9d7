/** What a connection to an IRC network is told, resolved once. */
import type { FloodOptions } from "./flood-queue.ts";
import type { VerdictOptions } from "./verdicts.ts";

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
  readonly channels: readonly ChannelToJoin[];
  /** Milliseconds between attempts to get the wanted nick back. */
  readonly nickCheckMs: number;
  /** Milliseconds from dialling until the server must have welcomed us. */
  readonly registerWithinMs: number;
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

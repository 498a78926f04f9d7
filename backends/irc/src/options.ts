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

/** One row of `docs/limits.md`. */
export interface IrcLimit {
  readonly name: string;
  readonly value: number;
  readonly unit: "lines" | "ms" | "requests" | "bytes";
  readonly what: string;
  /** What happens at the limit. */
  readonly policy: string;
}

/** The limits of this backend that can be set; each is a flag and an environment variable. */
export const IRC_LIMITS = [
  limit("burstLines", 8, "lines", "sent at once after a pause", "the rest waits its turn"),
  limit("lineIntervalMs", 500, "ms", "until one more line may go", "lines wait"),
  limit(
    "answerWithinMs",
    10_000,
    "ms",
    "in which core wants an answer",
    "dropped, answered Failed",
  ),
  limit("maxWaitingRequests", 256, "requests", "waiting for the network", "answered Failed"),
  limit("nickCheckMs", 60_000, "ms", "between attempts at the wanted nick", "tried again"),
  limit("registerWithinMs", 30_000, "ms", "for the server's welcome", "connected anew"),
  limit("identifyWaitMs", 5_000, "ms", "for NickServ's answer", "channels are joined without"),
  limit("pingIntervalMs", 30_000, "ms", "between questions to the server", "it is pinged"),
  limit("pingTimeoutMs", 60_000, "ms", "without a word from the server", "connected anew"),
  limit("reconnectMinMs", 1_000, "ms", "before the first reconnect", "doubles, half of it random"),
  limit(
    "reconnectMaxMs",
    60_000,
    "ms",
    "longest pause between attempts",
    "the pause grows no more",
  ),
] as const satisfies readonly IrcLimit[];

export type IrcLimitName = (typeof IRC_LIMITS)[number]["name"];

function limit<Name extends keyof IrcOptions>(
  name: Name,
  value: number,
  unit: IrcLimit["unit"],
  what: string,
  policy: string,
): IrcLimit & { readonly name: Name } {
  return { name, value, unit, what, policy };
}

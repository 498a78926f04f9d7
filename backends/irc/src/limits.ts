/** The limits that can be set: their defaults, and what happens there. */
import type { IrcOptions } from "./options.ts";

/** One row of the table in the README. */
export interface IrcLimit {
  readonly name: string;
  readonly value: number;
  readonly unit: "lines" | "ms" | "requests";
  readonly what: string;
  /** What happens at the limit. */
  readonly policy: string;
}

/** The limits that can be set; each is a flag (`--burst-lines`) and a variable (IRC_BURST_LINES). */
export const IRC_OPTION_LIMITS = [
  limit("burstLines", 8, "lines", "sent at once after a pause", "the rest waits its turn"),
  limit("lineIntervalMs", 500, "ms", "until one more line may go", "lines wait"),
  limit(
    "answerWithinMs",
    10_000,
    "ms",
    "in which core wants an answer",
    "dropped, answered Failed",
  ),
  limit("sendBudgetMs", 8_000, "ms", "in which a request's last line leaves", "answered Failed"),
  limit("maxWaitingRequests", 256, "requests", "waiting for the network", "answered Failed"),
  limit("nickCheckMs", 60_000, "ms", "between attempts at the wanted nick", "tried again"),
  limit("registerWithinMs", 30_000, "ms", "for the server's welcome", "connected anew"),
  limit("capWaitMs", 10_000, "ms", "for the server's capabilities", "connected without"),
  limit("saslWaitMs", 15_000, "ms", "for the login (SASL)", "taken as refused"),
  limit("refusedPauseMs", 30_000, "ms", "after a password was refused", "doubles, to 16 x"),
  limit("identifyWaitMs", 5_000, "ms", "for NickServ's answer", "channels are joined without"),
  limit("rejoinAfterMs", 5_000, "ms", "from a kick until we come back, if asked", "joined again"),
  limit("joinRetryMs", 60_000, "ms", "until a refused channel is tried again", "doubles, to 16 x"),
  limit("pingIntervalMs", 15_000, "ms", "between questions to the server", "it is pinged"),
  limit("pingTimeoutMs", 30_000, "ms", "without a word from the server", "connected anew"),
  limit("reconnectMinMs", 1_000, "ms", "before the first reconnect", "doubles, half of it random"),
  limit(
    "reconnectMaxMs",
    30_000,
    "ms",
    "longest pause between attempts",
    "the pause grows no more",
  ),
] as const satisfies readonly IrcLimit[];

export type IrcLimitName = (typeof IRC_OPTION_LIMITS)[number]["name"];

function limit<Name extends keyof IrcOptions>(
  name: Name,
  value: number,
  unit: IrcLimit["unit"],
  what: string,
  policy: string,
): IrcLimit & { readonly name: Name } {
  return { name, value, unit, what, policy };
}

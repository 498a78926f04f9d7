/** Every limit of this backend: its default, and what happens there. */
import { MAX_CAP_REQUESTS, MAX_OFFERED_CAPS } from "./connection/caps.ts";
import { MAX_STS_POLICIES } from "./connection/sts-store.ts";
import { MAX_CLIENT_TAG_BYTES } from "./message/format-line.ts";
import { MAX_LINE_BYTES } from "./message/line.ts";
import { MAX_SERVER_TAG_BYTES } from "./message/line-reader.ts";
import type { IrcOptions } from "./options.ts";

/** One row of the table in the README. */
export interface IrcLimit {
  readonly name: string;
  readonly value: number;
  readonly unit:
    | "lines"
    | "ms"
    | "requests"
    | "bytes"
    | "channels"
    | "nicks"
    | "queries"
    | "caps"
    | "batches"
    | "characters"
    | "hosts"
    | "people"
    | "batches"
    | "texts"
    | "commands"
    | "targets";
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

/** Bytes of one message of core; more never fits into the time core waits, at any network's pace. */
export const MAX_TEXT_BYTES = 64 * 1024;
/** Bytes that wait for a server to read them: our own lines are few, its questions may be many. */
export const MAX_UNSENT_BYTES = 256 * 1024;
/** Channels that are tracked; no network allows as many. */
export const MAX_CHANNELS = 10_000;
/** People in our channels whose accounts are kept in mind. */
export const MAX_USERS = 20_000;
/** Batches of old messages that a server has begun and not ended. */
export const MAX_PLAYBACKS = 64;
/** Of a channel or person; longer than any network's, and keeps room for words in a line. */
export const MAX_NAME_BYTES = 200;
/** Of a channel's topic: what fits into a line, several times. */
export const MAX_TOPIC_BYTES = 2_048;
/** Questions of other clients (CTCP) that are answered at once after a pause. */
export const MAX_QUERY_BURST = 3;
/** Milliseconds after which one more is. */
export const QUERY_INTERVAL_MS = 10_000;
/** Times that one text goes to one target, within `LOOP_TEXT_MS`, before we fall silent there. */
export const LOOP_TEXTS = 5;
export const LOOP_TEXT_MS = 60_000;
/** Commands of one user in a row, each within `LOOP_COMMAND_MS` of an answer of ours. */
export const LOOP_COMMANDS = 3;
export const LOOP_COMMAND_MS = 1_000;
/** Milliseconds that we are silent then. */
export const LOOP_SILENCE_MS = 300_000;
/** Channels and people that are watched for loops. */
export const MAX_LOOP_TARGETS = 1_000;
/** Texts, and users, that are watched in each. */
export const MAX_LOOP_ENTRIES = 64;
/** Invitations that are followed at once. */
export const MAX_INVITATIONS = 4;
/** Short lines that wait to go before all requests, such as answers to those questions. */
export const MAX_SOON_LINES = 16;
/** Lines that keep us on the network and wait behind all requests: more than a burst is owed. */
export const MAX_LATE_LINES = 10_000;
/** Milliseconds after which a PING asks for a label's answer or an echo that has not come. */
export const ASK_AFTER_MS = 2_000;
/** Characters of a server's reason that are handed on. */
export const MAX_REASON = 300;
/** Batches (IRCv3) in the server's answers that are open at once. */
export const MAX_OPEN_BATCHES = 256;
/** Milliseconds after the welcome at which channels count as settled, joined or not. */
export const SETTLE_WITHIN_MS = 10_000;
/** Channels in one JOIN: servers limit them. */
export const MAX_JOIN_CHANNELS = 10;
/** Milliseconds that NickServ has to give us our nick, before the server is asked for it. */
export const NICKSERV_WITHIN_MS = 5_000;
/** Milliseconds that a QUIT may take. */
export const QUIT_WITHIN_MS = 2_000;
/** Names that are tried, the wanted one included, before a connection is given up. */
export const MAX_NICK_ATTEMPTS = 8;

/** Every limit, for the table in the README. */
export const IRC_LIMITS: readonly IrcLimit[] = [
  ...IRC_OPTION_LIMITS,
  fixed("maxTextBytes", MAX_TEXT_BYTES, "bytes", "of one message", "answered Failed"),
  fixed("maxServerTagBytes", MAX_SERVER_TAG_BYTES, "bytes", "of tags that come", "connected anew"),
  fixed("maxClientTagBytes", MAX_CLIENT_TAG_BYTES, "bytes", "of tags that go", "not sent"),
  fixed(
    "maxLineBytes",
    MAX_LINE_BYTES,
    "bytes",
    "of a line (or LINELEN)",
    "connected anew; not sent",
  ),
  fixed("maxUnsentBytes", MAX_UNSENT_BYTES, "bytes", "the server has not read", "connected anew"),
  fixed("maxChannels", MAX_CHANNELS, "channels", "joined at once", "more are not tracked"),
  fixed("maxUsers", MAX_USERS, "people", "whose accounts are known", "more are not known"),
  fixed("maxPlaybacks", MAX_PLAYBACKS, "batches", "of old messages at once", "more count as new"),
  fixed("maxNameBytes", MAX_NAME_BYTES, "bytes", "of a name", "not tracked; answered Failed"),
  fixed("maxTopicBytes", MAX_TOPIC_BYTES, "bytes", "of a topic that is kept", "cut"),
  fixed("maxQueryBurst", MAX_QUERY_BURST, "queries", "(CTCP) answered at once", "not answered"),
  fixed("queryIntervalMs", QUERY_INTERVAL_MS, "ms", "until one more is", "not answered"),
  fixed("maxInvitations", MAX_INVITATIONS, "channels", "we are invited to at once", "ignored"),
  fixed("loopTexts", LOOP_TEXTS, "texts", "alike to one target within 60 s", "silent there"),
  fixed("loopCommands", LOOP_COMMANDS, "commands", "right behind our answers", "silent there"),
  fixed("loopSilenceMs", LOOP_SILENCE_MS, "ms", "of silence, answered Failed", "as before"),
  fixed("maxLoopTargets", MAX_LOOP_TARGETS, "targets", "watched for loops", "the oldest is not"),
  fixed("maxLoopEntries", MAX_LOOP_ENTRIES, "texts", "or users, in each", "the oldest is not"),
  fixed("maxOfferedCaps", MAX_OFFERED_CAPS, "caps", "that a server may offer", "connected anew"),
  fixed("maxCapRequests", MAX_CAP_REQUESTS, "requests", "for them, on a connection", "not asked"),
  fixed(
    "maxStsPolicies",
    MAX_STS_POLICIES,
    "hosts",
    "that are spoken to over TLS only",
    "first to end goes",
  ),
  fixed("maxSoonLines", MAX_SOON_LINES, "lines", "before all requests", "dropped"),
  fixed("maxLateLines", MAX_LATE_LINES, "lines", "(JOIN, say) behind all requests", "dropped"),
  fixed("askAfterMs", ASK_AFTER_MS, "ms", "without an answer to a line", "a PING asks"),
  fixed("maxReason", MAX_REASON, "characters", "of a server's reason", "cut"),
  fixed("maxOpenBatches", MAX_OPEN_BATCHES, "batches", "open at once", "a PING asks instead"),
  fixed("settleWithinMs", SETTLE_WITHIN_MS, "ms", "for channels to be joined", "told as ready"),
  fixed("maxJoinChannels", MAX_JOIN_CHANNELS, "channels", "in one JOIN", "the rest in another"),
  fixed("nickservWithinMs", NICKSERV_WITHIN_MS, "ms", "to give a nick back", "the server is asked"),
  fixed("quitWithinMs", QUIT_WITHIN_MS, "ms", "to say goodbye", "hung up"),
  fixed("maxNickAttempts", MAX_NICK_ATTEMPTS, "nicks", "tried on a connection", "connected anew"),
];

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

function fixed(
  name: string,
  value: number,
  unit: IrcLimit["unit"],
  what: string,
  policy: string,
): IrcLimit {
  return { name, value, unit, what, policy };
}

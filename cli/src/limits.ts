/** Every bound of the command line. A table of `docs/cli.md` is made from this one. */
import { CONFIG_ROWS } from "./config/limits.ts";

interface Row {
  readonly value: number;
  readonly unit: "ms" | "bytes" | "times" | "calls" | "files" | "lines" | "characters";
  readonly what: string;
  /** What happens at the limit. */
  readonly policy: string;
}

const ROWS = {
  callTimeoutMs: {
    value: 15_000,
    unit: "ms",
    what: "a call to core; core's own limit for an action is 10 s",
    policy: "the command ends with exit code 5",
  },
  probeTimeoutMs: {
    value: 3_000,
    unit: "ms",
    what: "`token`: until core says that it is there",
    policy: "core counts as there, and is asked",
  },
  doctorTimeoutMs: {
    value: 5_000,
    unit: "ms",
    what: "`doctor`: the answer to one question",
    policy: "it is reported, and the next check follows",
  },
  tokenFileTimeoutMs: {
    value: 30_000,
    unit: "ms",
    what: "`token`: work on the database file, which another process may hold for a while",
    policy: "the command ends with exit code 1; nothing was changed, or all was",
  },
  maxTokenFileAnswerBytes: {
    value: 64 * 1024 * 1024,
    unit: "bytes",
    what: "`token`: the list of tokens in the database file",
    policy: "the command ends with exit code 1",
  },
  maxTextBytes: {
    value: 4 * 1024 * 1024,
    unit: "bytes",
    what: "`send`, `action`: the text on standard input; core takes less",
    policy: "nothing is sent; exit code 2",
  },
  maxChannelQueries: {
    value: 8,
    unit: "calls",
    what: "`channels`: backends that are asked at once",
    policy: "the others are asked after them",
  },
  insistAfterMs: {
    value: 500,
    unit: "ms",
    what: "after a signal to stop, in which others are the same one once more",
    policy: "a later one ends everything at once",
  },
  coreStartMs: {
    value: 60_000,
    unit: "ms",
    what: "`up`: until core listens",
    policy: "`up` ends with exit code 7",
  },
  scriptStartMs: {
    value: 60_000,
    unit: "ms",
    what: "`up` with a script: until all components are ready",
    policy: "`up` ends with exit code 7",
  },
  roomWaitMs: {
    value: 15_000,
    unit: "ms",
    what: "`up` with a terminal: until the other components are ready",
    policy: "the room opens without them, and says so",
  },
  waitNoticeMs: {
    value: 3_000,
    unit: "ms",
    what: "`up`: waiting for components in silence",
    policy: "it says which components it waits for",
  },
  restartMinMs: {
    value: 500,
    unit: "ms",
    what: "`up`: the pause before a crashed component starts again, a quarter of it random",
    policy: "it doubles with each crash",
  },
  restartMaxMs: {
    value: 30_000,
    unit: "ms",
    what: "`up`: the longest of these pauses",
    policy: "it grows no further",
  },
  stableAfterMs: {
    value: 60_000,
    unit: "ms",
    what: "`up`: running, after which a component counts as recovered",
    policy: "the next crash is the first one again",
  },
  crashWindowMs: {
    value: 60_000,
    unit: "ms",
    what: "`up` with seabird.yaml: in which a component's crashes are counted",
    policy: "older ones are forgotten",
  },
  maxRecentCrashes: {
    value: 5,
    unit: "times",
    what: "`up` with seabird.yaml: crashes of a component in that time",
    policy: "it has `failed` and is not started any more; core always is",
  },
  lastOutputMs: {
    value: 1_000,
    unit: "ms",
    what: "`up`: for the last words of a component that has ended",
    policy: "what comes later is lost",
  },
  maxStartCrashes: {
    value: 3,
    unit: "times",
    what: "`up`: ends in a row of a component that has never been ready",
    policy: "it is not started any more",
  },
  maxRoomCrashes: {
    value: 3,
    unit: "times",
    what: "`up`: ends in a row of the room",
    policy: "`up` ends with exit code 7",
  },
  pluginStopMs: {
    value: 5_000,
    unit: "ms",
    what: "`up`: until a plugin that was asked to end has ended",
    policy: "it is killed",
  },
  backendStopMs: {
    value: 5_000,
    unit: "ms",
    what: "`up`: until a backend that was asked to end has ended",
    policy: "it is killed",
  },
  coreStopMs: {
    value: 10_000,
    unit: "ms",
    what: "`up`: until core has ended; it drains for 8 s at most",
    policy: "it is killed",
  },
  maxLogBytes: {
    value: 10 * 1024 * 1024,
    unit: "bytes",
    what: "`up`: a component's log; looked at when `up` starts, with seabird.yaml at each line",
    policy: "it becomes NAME.log.old, with seabird.yaml NAME.log.1",
  },
  logFiles: {
    value: 3,
    unit: "files",
    what: "`up` with seabird.yaml: a component's log and its predecessors",
    policy: "the oldest is lost",
  },
  maxLogLineBytes: {
    value: 65_536,
    unit: "bytes",
    what: "`up` with seabird.yaml: one line of a component",
    policy: "it becomes two",
  },
  maxMergedLineChars: {
    value: 4_096,
    unit: "characters",
    what: "`up` with seabird.yaml, `logs`: a line of the merged log",
    policy: "the rest is in the component's own log only",
  },
  mergedLines: {
    value: 1_000,
    unit: "lines",
    what: "`logs` without a component: the lines that are kept for it",
    policy: "older ones are in the components' own logs only",
  },
  maxTailLines: {
    value: 10_000,
    unit: "lines",
    what: "`logs`: the lines of `-n`",
    policy: "no more are shown",
  },
  maxTailBytes: {
    value: 4 * 1024 * 1024,
    unit: "bytes",
    what: "`logs COMPONENT`: how far back it looks",
    policy: "older lines are not shown",
  },
  maxControlConnections: {
    value: 32,
    unit: "times",
    what: "`up` with seabird.yaml: `ps`, `logs -f` and the like at once",
    policy: "another one is refused",
  },
  maxControlRequestChars: {
    value: 65_536,
    unit: "characters",
    what: "`up` with seabird.yaml: one request of these",
    policy: "it is refused",
  },
  controlRequestMs: {
    value: 5_000,
    unit: "ms",
    what: "`up` with seabird.yaml: until a request has come whole",
    policy: "its connection is closed",
  },
  controlConnectMs: {
    value: 5_000,
    unit: "ms",
    what: "`ps`, `restart`, `logs`, `reload`: until `up` takes the connection",
    policy: "it counts as not running",
  },
  historyReadMs: {
    value: 30_000,
    unit: "ms",
    what: "`logs`: until its reader takes more of the lines that were written before",
    policy: "its connection is closed",
  },
  unreadWordsMs: {
    value: 2_000,
    unit: "ms",
    what: "`up` with seabird.yaml: at its end, for its last words to be read",
    policy: "it ends without",
  },
  controlAnswerMs: {
    value: 10_000,
    unit: "ms",
    what: "`ps`, `logs`: until `up` has answered something",
    policy: "the command ends with exit code 5",
  },
  controlChangeMs: {
    value: 180_000,
    unit: "ms",
    what: "`restart`, `reload`: until `up` has answered; it does one thing after the other",
    policy: "the command ends with exit code 5; it may still happen",
  },
  pluginWaitMs: {
    value: 10_000,
    unit: "ms",
    what: "`up` with seabird.yaml: until the plugins are ready, at the start",
    policy: "the backends start without them",
  },
  liveSettingsMs: {
    value: 5_000,
    unit: "ms",
    what: "`reload`: until a component has taken settings while it runs",
    policy: "it is started again with them",
  },
  restartReadyMs: {
    value: 15_000,
    unit: "ms",
    what: "`restart`, `reload`: until a component that was started is ready",
    policy: "the answer says that it is not",
  },
  componentRetryMaxMs: {
    value: 3_000,
    unit: "ms",
    what: "`up` with seabird.yaml and a core of its own: a component's longest pause between attempts",
    policy: "the pause grows no more",
  },
  maxNotices: {
    value: 10,
    unit: "lines",
    what: "`up` with seabird.yaml: warnings of the components above the room's prompt, in 10 s",
    policy: "further ones are in the logs only",
  },
  maxMergedWaitingBytes: {
    value: 1024 * 1024,
    unit: "bytes",
    what: "`up` with seabird.yaml, `logs -f`: waiting for a slow reader",
    policy: "`up` leaves lines out and says how many; a `logs -f` is ended",
  },
} satisfies Readonly<Record<string, Row>>;

type Name = keyof typeof ROWS;

export const CLI_LIMITS: readonly (Row & { readonly name: string })[] = Object.entries({
  ...ROWS,
  ...CONFIG_ROWS,
}).map(([name, row]) => ({ name, ...row }));

/** The values, by name. */
export const LIMITS = Object.freeze(
  Object.fromEntries(CLI_LIMITS.map(({ name, value }) => [name, value])),
) as Readonly<Record<Name, number>>;

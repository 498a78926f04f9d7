/** The exit codes of the `seabird` command: what a script can tell apart. Shown by --help. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  forbidden: 4,
  timeout: 5,
  unhealthy: 6,
  component: 7,
  software: 70,
  environment: 69,
  taken: 75,
  config: 78,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What each code means, in ascending order, for --help and the manual. */
export const EXIT_CODES: readonly { readonly code: ExitCode; readonly meaning: string }[] = [
  { code: EXIT.ok, meaning: "done; also when a person ended up or tail with Ctrl-C" },
  { code: EXIT.failed, meaning: "core or the chat network refused what was asked" },
  { code: EXIT.usage, meaning: "wrong command, option or value; nothing was done" },
  { code: EXIT.unreachable, meaning: "core cannot be reached, or it went away" },
  { code: EXIT.forbidden, meaning: "no token, or it is not valid or lacks a scope" },
  { code: EXIT.timeout, meaning: "no answer in time; what was asked may still have happened" },
  { code: EXIT.unhealthy, meaning: "doctor found a problem" },
  { code: EXIT.component, meaning: "up: a component could not be started or kept running" },
  { code: EXIT.environment, meaning: "the machine lacks something, such as a new enough Node" },
  { code: EXIT.software, meaning: "a fault of this program" },
  { code: EXIT.taken, meaning: "up: another one runs in this folder" },
  { code: EXIT.config, meaning: "seabird.yaml or a setting is wrong; nothing was started" },
  { code: EXIT.interrupted, meaning: "stopped at once by a second Ctrl-C, without draining" },
];

/** The list as --help shows it. */
export function exitCodesHelp(): string {
  const lines = EXIT_CODES.map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`);
  return `Exit codes:\n${lines.join("\n")}`;
}

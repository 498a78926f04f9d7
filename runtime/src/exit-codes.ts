/**
 * The exit codes of every program of Seabird, in one table: what a script, a service manager or
 * the supervisor can distinguish. From 64 on they are those of sysexits(3).
 */

export interface ExitCodeRow {
  readonly code: number;
  readonly meaning: string;
  /**
   * Whether a supervisor starts the program again. False where the same start can only fail the
   * same way, until a person changes something.
   */
  readonly restart: boolean;
}

/** By name, in ascending order of the codes. */
export const EXIT_CODES = {
  ok: { code: 0, meaning: "done; also after Ctrl-C or SIGTERM", restart: true },
  failed: {
    code: 1,
    meaning: "core or the chat network refused what was asked, or a component broke",
    restart: true,
  },
  usage: {
    code: 2,
    meaning: "wrong command, flag or argument; nothing was done",
    restart: false,
  },
  unreachable: { code: 3, meaning: "core cannot be reached, or it went away", restart: true },
  forbidden: { code: 4, meaning: "no token, or it is not valid or lacks a scope", restart: true },
  timeout: {
    code: 5,
    meaning: "no answer in time; what was asked may still have happened",
    restart: true,
  },
  unhealthy: { code: 6, meaning: "`seabird doctor` found a problem", restart: true },
  component: {
    code: 7,
    meaning: "`seabird up`: a component could not be started or kept running",
    restart: true,
  },
  unavailable: {
    code: 69,
    meaning: "something on this machine cannot be used: Node is too old, the token database",
    restart: true,
  },
  internal: { code: 70, meaning: "a bug in the program", restart: true },
  busy: {
    code: 75,
    meaning: "in use by another program: the address to listen on, or the project's folder",
    restart: true,
  },
  config: {
    code: 78,
    meaning: "`seabird.yaml` or a setting is wrong; nothing was started",
    restart: false,
  },
  interrupted: {
    code: 130,
    meaning: "stopped at once by a second Ctrl-C or SIGTERM, without draining",
    restart: true,
  },
} as const satisfies Readonly<Record<string, ExitCodeRow>>;

export type ExitName = keyof typeof EXIT_CODES;
export type ExitCode = (typeof EXIT_CODES)[ExitName]["code"];

/** The codes alone: `process.exitCode = EXIT.config`. */
export const EXIT = Object.freeze(
  Object.fromEntries(Object.entries(EXIT_CODES).map(([name, { code }]) => [name, code])),
) as { readonly [Name in ExitName]: (typeof EXIT_CODES)[Name]["code"] };

/** Whether a program that ended with this code is started again; true for a code not listed. */
export function isRestartable(code: number | null): boolean {
  return Object.values(EXIT_CODES).find((row) => row.code === code)?.restart ?? true;
}

/** The table as `--help` shows it. `names`: the codes of this program. Default: all. */
export function exitCodesHelp(
  names: readonly ExitName[] = Object.keys(EXIT_CODES) as ExitName[],
): string {
  const lines = names.map((name) => {
    const { code, meaning } = EXIT_CODES[name];
    return `  ${String(code).padStart(3)}  ${meaning.replaceAll("`", "")}`;
  });
  return `Exit codes:\n${lines.join("\n")}`;
}

/** The flags that every component's program has; the rest is its own. Pure. */
import { SeabirdError } from "../link/errors.ts";
import { isLogLevel, LOG_LEVELS, type LogLevel } from "./log.ts";

export interface ComponentArgs {
  readonly help: boolean;
  /** Print what the component is, and end. */
  readonly describe: boolean;
  /** Try the connection with the settings on standard input, print how far it came, and end. */
  readonly probe: boolean;
  /** The file descriptor that url, token and settings come from. */
  readonly bootstrapFd: number | undefined;
  /** A JSON file with the settings, for starting a component by hand. */
  readonly settings: string | undefined;
  readonly logLevel: LogLevel | undefined;
  /** `host.go` waits until the supervisor sends `go`. */
  readonly awaitStart: boolean;
  /** A backend that leaves by itself sends `leaving` to the supervisor and waits to be stopped. */
  readonly awaitStop: boolean;
  readonly rest: readonly string[];
}

/** Their part of `--help`. */
export const COMPONENT_USAGE = `  --settings FILE        a JSON file with the settings
  --log-level LEVEL      debug, info, warn or error (SEABIRD_LOG_LEVEL, LOG_LEVEL, default info)
  --bootstrap-fd FD      reads url, token and settings as a line of JSON from there
  --describe             prints what this is as a line of JSON
  --probe                tries the settings on standard input (JSON) and prints how far it came

  SEABIRD_HOST, SEABIRD_TOKEN or SEABIRD_TOKEN_FILE say where core is.
`;

/** Throws a SeabirdError `bad_option` that says what is allowed. */
export function parseComponentArgs(argv: readonly string[]): ComponentArgs {
  const values = new Map<string, string>();
  const switches = new Set<string>();
  const rest: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const arg = argv[at] ?? "";
    const [, name = arg, inline] = /^(--[a-z-]+)=(.*)$/s.exec(arg) ?? [];
    if (SWITCHES.has(arg)) switches.add(arg);
    else if (VALUES.has(name)) values.set(name, inline ?? needed(name, argv[++at]));
    else rest.push(arg);
  }
  return {
    help: switches.has("--help") || switches.has("-h"),
    describe: switches.has("--describe"),
    probe: switches.has("--probe"),
    bootstrapFd: toDescriptor(values.get("--bootstrap-fd")),
    settings: values.get("--settings"),
    logLevel: toLevel(values.get("--log-level"), "--log-level"),
    awaitStart: switches.has("--await-start"),
    awaitStop: switches.has("--await-stop"),
    rest,
  };
}

const SWITCHES: ReadonlySet<string> = new Set([
  "--help",
  "-h",
  "--describe",
  "--probe",
  "--await-start",
  "--await-stop",
]);
const VALUES: ReadonlySet<string> = new Set(["--bootstrap-fd", "--settings", "--log-level"]);

function needed(name: string, value: string | undefined): string {
  if (value !== undefined) return value;
  throw new SeabirdError("bad_option", `${name} needs a value; --help lists the flags`);
}

function toDescriptor(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new SeabirdError(
    "bad_option",
    `--bootstrap-fd is "${text}"; give a file descriptor, such as 0`,
  );
}

/** `from`: what it was given by. */
export function toLevel(text: string | undefined, from: string): LogLevel | undefined {
  if (text === undefined || text === "") return undefined;
  if (isLogLevel(text)) return text;
  throw new SeabirdError("bad_option", `${from} is "${text}"; give ${LOG_LEVELS.join(", ")}`);
}

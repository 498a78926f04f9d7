/** Runs a short program of Seabird, or of a user's file, to its end and collects its output. */
import { type ExecFileException, execFile } from "node:child_process";
import { safeText } from "../terminal/safe-text.ts";

export interface Program {
  readonly script: string;
  readonly args: readonly string[];
}

export interface RunProgramOptions {
  /** After that the program is killed. */
  readonly timeoutMs: number;
  /** Of standard output and of standard error; after that the program is killed. */
  readonly maxBytes: number;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Before the script. */
  readonly nodeFlags?: readonly string[];
  /** Its standard input. */
  readonly input?: string;
}

export interface FinishedProgram {
  /** Null: it has ended with exit code 0. */
  readonly error: ExecFileException | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Throws if an argument holds a NUL character. */
export function runProgram(
  { script, args }: Program,
  { timeoutMs, maxBytes, input = "", nodeFlags = [], ...options }: RunProgramOptions,
): Promise<FinishedProgram> {
  const bounds = { timeout: timeoutMs, maxBuffer: maxBytes, killSignal: "SIGKILL" } as const;
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      [...nodeFlags, script, ...args],
      { ...options, ...bounds, encoding: "utf8" },
      (error, stdout, stderr) => done({ error, stdout, stderr }),
    );
    child.stdin?.on("error", () => undefined).end(input);
  });
}

/**
 * The last line of the output that is a JSON object and an answer, else the last line as JSON: a user's
 * file may print lines of its own before and behind. Throws.
 */
export function lastAnswer(stdout: string, isAnswer: (value: unknown) => boolean): unknown {
  const lines = stdout.trimEnd().split("\n");
  for (const line of lines.filter((each) => each.startsWith("{")).reverse()) {
    try {
      const value = JSON.parse(line);
      if (isAnswer(value)) return value;
    } catch {
      // A line of the user's file.
    }
  }
  return JSON.parse(lines.at(-1) ?? "");
}

/** `: ` and the line of standard error that names the cause; empty if there is none. */
export function causeIn(stderr: string): string {
  const lines = stderr
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^(at |node:|Node\.js v|\^|\(Use `node|[{}])/.test(line));
  // A program of ours ends with its own summary, which names the place in the author's file.
  const [, summary] =
    /^seabird-\w+: (?:.*? cannot be loaded: )?(.+)$/.exec(lines.at(-1) ?? "") ?? [];
  const line = summary ?? lines.findLast((each) => /^\w*Error\b/.test(each)) ?? lines.at(-1);
  return line === undefined ? "" : `: ${safeText(line)}`;
}

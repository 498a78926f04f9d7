/** Tries a backend's settings: `PROGRAM --probe` reads them and prints how far it came. */
import { causeIn, lastAnswer, type Program, runProgram } from "../../process/run-program.ts";
import { safeText } from "../../terminal/safe-text.ts";
import { asRecord } from "../as-record.ts";

/** After that the program is killed; it ends by itself after 20 s. */
const PROBE_TIMEOUT_MS = 25_000;
/** The program is killed when it prints more. */
const MAX_ANSWER_BYTES = 64 * 1024;

export interface ProbeAnswer {
  readonly ok: boolean;
  /** Who answered, or what went wrong. */
  readonly message: string;
  /** The stage that failed, such as `settings` or `connect`. */
  readonly failed?: string | undefined;
  /** The setting that another value might help. */
  readonly setting?: string | undefined;
  /** Another value of that setting, which is known to work. */
  readonly suggestion?: string | undefined;
}

/** Never throws. */
export async function probeBackend(
  { script, args }: Program,
  settings: Readonly<Record<string, unknown>>,
  timeoutMs: number = PROBE_TIMEOUT_MS,
): Promise<ProbeAnswer> {
  const { error, stdout, stderr } = await runProgram(
    { script, args: [...args, "--probe"] },
    { timeoutMs, maxBytes: MAX_ANSWER_BYTES, input: JSON.stringify(settings) },
  );
  const answer = read(stdout);
  if (answer !== undefined) return answer;
  if (error?.syscall?.startsWith("spawn")) {
    return { ok: false, message: `the backend cannot be started: ${safeText(error.message)}` };
  }
  return { ok: false, message: `the backend does not answer --probe${causeIn(stderr)}` };
}

function read(stdout: string): ProbeAnswer | undefined {
  try {
    const answer = lastAnswer(stdout, (value) => "ok" in asRecord(value));
    const { ok, message, failed, setting, suggestion } = asRecord(answer);
    if (typeof ok !== "boolean" || typeof message !== "string") return undefined;
    return {
      ...{ ok, message: safeText(message), failed: textOf(failed) },
      ...{ setting: textOf(setting), suggestion: textOf(suggestion) },
    };
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? safeText(value) : undefined;
}

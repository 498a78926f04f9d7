/**
 * Tries a backend's settings: `PROGRAM --probe` reads them from standard input and prints how far
 * it came. The answer is bounded in time and size, and checked.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { safeText } from "../../terminal/safe-text.ts";
import { asRecord } from "../as-record.ts";
import type { Program } from "../describe-component.ts";

/** After that the program is killed; it ends by itself after 20 s. */
const PROBE_TIMEOUT_MS = 25_000;
/** A longer answer is refused; more of its errors is not kept. */
const MAX_ANSWER_CHARACTERS = 64 * 1024;

export interface ProbeAnswer {
  readonly ok: boolean;
  /** Who answered, or what went wrong. */
  readonly message: string;
  /** The stage that failed, such as `settings` or `connect`. */
  readonly failed?: string | undefined;
  /** The setting that another value might help. */
  readonly setting?: string | undefined;
}

/** Never throws. */
export async function probeBackend(
  { script, args }: Program,
  settings: Readonly<Record<string, unknown>>,
  timeoutMs: number = PROBE_TIMEOUT_MS,
): Promise<ProbeAnswer> {
  const child = spawn(process.execPath, [script, ...args, "--probe"], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let out = "";
  let errors = "";
  child.stdin.on("error", () => undefined);
  child.stdin.end(JSON.stringify(settings));
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    if (out.length > MAX_ANSWER_CHARACTERS) child.kill("SIGKILL");
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-MAX_ANSWER_CHARACTERS);
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
  try {
    await once(child, "close");
  } catch (error) {
    return { ok: false, message: `the backend cannot be started: ${safeText(String(error))}` };
  } finally {
    clearTimeout(timer);
  }
  return read(out) ?? { ok: false, message: noAnswer(errors) };
}

/** A file may print things of its own before; the answer is the last line. */
function read(out: string): ProbeAnswer | undefined {
  const lines = out.split("\n").filter((line) => line.trim() !== "");
  try {
    const { ok, message, failed, setting } = asRecord(JSON.parse(lines.at(-1) ?? ""));
    if (typeof ok !== "boolean" || typeof message !== "string") return undefined;
    return { ok, message: safeText(message), failed: textOf(failed), setting: textOf(setting) };
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? safeText(value) : undefined;
}

function noAnswer(errors: string): string {
  const last = errors.trim().split("\n").at(-1) ?? "";
  return `the backend does not answer --probe${last === "" ? "" : `: ${safeText(last)}`}`;
}

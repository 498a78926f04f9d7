/** `--probe`: reads settings from standard input, tries the connection, and prints how far it came. */

import type { Readable } from "node:stream";
import { EXIT, errorMessage, readStandardInput, StandardInputError } from "@seabird-chat/runtime";
import type { BackendDefinition } from "../backend/backend.ts";
import type { ProbeHost, ProbeResult } from "../backend/probe.ts";
import { systemClock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import { checkSettings, SettingsError } from "./check-settings.ts";
import { printLine } from "./description.ts";

/** How long a probe may take, from the settings on. */
export const PROBE_TIMEOUT_MS = 20_000;
/** A longer standard input is refused. */
const MAX_PROBE_BYTES = 1024 * 1024;

/**
 * Prints a `ProbeResult` and sets the exit code: 0, 78 for wrong settings, 5 where time was up, 1
 * for any other failure. Rejects with a SeabirdError `bad_option` if the input is no JSON object.
 */
export async function runProbe<Config>(
  definition: BackendDefinition<Config>,
  input: Readable = process.stdin,
  timeoutMs: number = PROBE_TIMEOUT_MS,
): Promise<void> {
  const given = parse(await readInput(input));
  const { result, code } = await probe(definition, given, timeoutMs);
  await printLine(JSON.stringify(result));
  process.exitCode = code;
}

interface ProbeOutcome {
  readonly result: ProbeResult;
  readonly code: number;
}

/** The result, and the exit code for it. Never rejects. */
export async function probe<Config>(
  definition: BackendDefinition<Config>,
  given: Readonly<Record<string, unknown>>,
  timeoutMs: number,
): Promise<ProbeOutcome> {
  const { type, config: schema } = definition;
  const passed: string[] = [];
  let stage = "settings";
  const late = new AbortController();
  const { signal } = late;
  const stopTimer = systemClock.after(timeoutMs, () => late.abort());
  const host: ProbeHost = {
    signal,
    begin(next) {
      passed.push(stage);
      stage = next;
    },
  };
  try {
    const config = schema === undefined ? given : await checkSettings(type, schema, given);
    const message = await answerOf(definition, config as Config, host);
    return { result: { ok: true, passed: [...passed, stage], message }, code: EXIT.ok };
  } catch (reason) {
    const isLate = signal.aborted;
    const message = isLate ? `no answer within ${timeoutMs / 1_000} s` : messageOf(reason);
    const setting = isLate ? undefined : settingOf(reason);
    const suggestion = isLate ? undefined : textIn(reason, "suggestion");
    const result: ProbeResult = {
      ...{ ok: false, passed, failed: stage, message },
      ...(setting === undefined ? {} : { setting }),
      ...(suggestion === undefined ? {} : { suggestion }),
    };
    const isConfig = reason instanceof SettingsError || stage === "settings";
    return { result, code: isLate ? EXIT.timeout : isConfig ? EXIT.config : EXIT.failed };
  } finally {
    stopTimer();
  }
}

async function answerOf<Config>(
  definition: BackendDefinition<Config>,
  config: Config,
  host: ProbeHost,
): Promise<string> {
  const { type, probe } = definition;
  if (probe === undefined) return `the settings are valid; ${type} has no probe`;
  const late = Promise.withResolvers<never>();
  host.signal.addEventListener("abort", () => late.reject(host.signal.reason), { once: true });
  return await Promise.race([Promise.try(() => probe(config, host)), late.promise]);
}

function messageOf(reason: unknown): string {
  if (reason instanceof SettingsError) {
    return reason.problems
      .map(({ path, message }) => (path === "" ? message : `${path}: ${message}`))
      .join("; ");
  }
  return errorMessage(reason);
}

/** Not by `instanceof`: the backend's file may import its own copy of the SDK. */
function settingOf(reason: unknown): string | undefined {
  if (reason instanceof SettingsError) return reason.problems[0]?.path;
  return textIn(reason, "setting");
}

function textIn(reason: unknown, key: "setting" | "suggestion"): string | undefined {
  if (typeof reason !== "object" || reason === null) return undefined;
  const value = (reason as Readonly<Record<string, unknown>>)[key];
  return typeof value === "string" ? value : undefined;
}

async function readInput(input: Readable): Promise<string> {
  try {
    return await readStandardInput(MAX_PROBE_BYTES, input);
  } catch (cause) {
    if (!(cause instanceof StandardInputError)) throw cause;
    throw new SeabirdError("bad_option", `--probe: ${cause.message}`, { cause });
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The cause would quote the text, which may hold passwords.
    throw wrong("are not JSON");
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw wrong("have to be a JSON object");
}

function wrong(what: string): SeabirdError {
  return new SeabirdError("bad_option", `--probe: the settings on standard input ${what}`);
}

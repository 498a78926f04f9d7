/** Times and durations as people read them. */
import { DURATION_FORM, EXIT, parseDuration } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";

/** Milliseconds of an option's length of time, more than none. Throws a CliError. */
export function durationOption(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new CliError(
    EXIT.usage,
    `${JSON.stringify(text)} is not a length of time up to 100 years`,
    `give ${DURATION_FORM}`,
  );
}

/** `03:04:05` in the machine's time zone. */
export function formatClock(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((value) => String(value).padStart(2, "0"))
    .join(":");
}

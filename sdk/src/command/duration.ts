/** Lengths of time as authors write them in code: `duration("5s")`. Pure. */
import { parseDuration } from "@seabird-chat/runtime";
import { SeabirdError } from "../link/errors.ts";

/** More of a wrong text is not shown. */
const MAX_SHOWN_CHARACTERS = 64;

/**
 * Milliseconds: `duration("5s")` is 5,000. Units are w, d, h, m (or min), s and ms, may follow
 * each other (`1h30m`, `1 h 30 min`) and may have fractions (`1.5h`). Throws a SeabirdError
 * `bad_option` for everything else.
 */
export function duration(text: string): number {
  const ms = typeof text === "string" ? parseDuration(text) : undefined;
  if (ms !== undefined) return ms;
  const isText = typeof text === "string";
  const given = isText ? JSON.stringify(text.slice(0, MAX_SHOWN_CHARACTERS)) : text;
  throw new SeabirdError("bad_option", `${given} is not a length of time, such as "5s" or "1h30m"`);
}

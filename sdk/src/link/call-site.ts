/** Errors that show the author's line: of wrong arguments, and of calls that failed later. */
import { SeabirdError, type SeabirdErrorCode } from "./errors.ts";

/** Calls of the SDK's own between the author's line and where an argument is checked. */
const MAX_OWN_FRAMES = 32;
/** Of the sources, or of the package as it is published. */
const OWN_FILES = new URL("..", import.meta.url).href;
const FRAME = "\n    at ";

/** A SeabirdError whose stack begins outside of the SDK, if it was made before anything was awaited. */
export function argumentError(code: SeabirdErrorCode, message: string): SeabirdError {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = stackTraceLimit + MAX_OWN_FRAMES;
  const error = new SeabirdError(code, message);
  Error.stackTraceLimit = stackTraceLimit;
  showFrames(error, framesOf(error.stack).slice(0, stackTraceLimit));
  return error;
}

/** Where a call was made, remembered cheaply: what it costs to read it is paid by `failedAt`. */
export interface CallSite {
  readonly stack?: string;
}

export function callSite(): CallSite {
  const site = {};
  Error.captureStackTrace(site, callSite);
  return site;
}

/** Gives a SeabirdError that came from core or the network the line of the call. */
export function failedAt(reason: unknown, site: CallSite): void {
  if (!(reason instanceof SeabirdError) || framesOf(reason.stack).length > 0) return;
  showFrames(reason, framesOf(site.stack));
}

/** Those that are not the SDK's, nor Node's. */
function framesOf(stack = ""): readonly string[] {
  const [, ...frames] = stack.split(FRAME);
  return frames.filter((frame) => !frame.includes(OWN_FILES) && !frame.includes("node:"));
}

function showFrames(error: Error, frames: readonly string[]): void {
  const [title = ""] = error.stack?.split(FRAME) ?? [];
  if (frames.length > 0) error.stack = [title, ...frames].join(FRAME);
}

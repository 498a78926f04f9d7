/** Errors of the arguments of a call, which show the line of the call. */
import { SeabirdError, type SeabirdErrorCode } from "./errors.ts";

/** Calls of the SDK's own between the author's line and where an argument is checked. */
const MAX_OWN_FRAMES = 32;
/** Of the sources, or of the package as it is published. */
const OWN_FILES = new URL("..", import.meta.url).href;

/** A SeabirdError whose stack begins outside of the SDK, if it was made before anything was awaited. */
export function argumentError(code: SeabirdErrorCode, message: string): SeabirdError {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = stackTraceLimit + MAX_OWN_FRAMES;
  const error = new SeabirdError(code, message);
  Error.stackTraceLimit = stackTraceLimit;
  const lines = error.stack?.split("\n    at ") ?? [];
  const [title = "", ...frames] = lines;
  const others = frames.filter((frame) => !frame.includes(OWN_FILES)).slice(0, stackTraceLimit);
  if (others.length > 0) error.stack = [title, ...others].join("\n    at ");
  return error;
}

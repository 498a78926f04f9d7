/** A place in the configuration, as a person reads it and as JSON Schema does. */

export type Path = readonly (string | number)[];

/** Keys that need no quotes. */
const PLAIN = /^[\w/-]+$/;

/** `backends.irc/libera.channels[1].key`, `plugins["./bots/hello.ts"].greeting`. */
export function formatPath(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (!PLAIN.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text;
}

/** `/channels/1/key` (RFC 6901). */
export function pointerOf(path: Path): string {
  return path
    .map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
}

/** The steps of a pointer, all as text. */
export function stepsOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

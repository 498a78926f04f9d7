/** Where a value of the configuration is: its path, its place in the file, its origin. */

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

/** Lines and columns count from 1. */
export interface Place {
  readonly line: number;
  readonly col: number;
}

export type Origin =
  | { readonly from: "flag" | "environment" | ".env"; readonly name: string }
  | {
      readonly from: "file";
      readonly place: Place;
      /** `x_file`: the value is in that file. */
      readonly file?: string;
    }
  | { readonly from: "default" };

/** One value of the configuration. */
export interface OriginRow {
  readonly path: string;
  /** Masked if it is a secret. */
  readonly value: string;
  readonly secret: boolean;
  readonly origin: Origin;
}

/** Imports a person's file and takes out of it what can be run. */
import { existsSync } from "node:fs";
import { basename, isAbsolute, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { unlessEnded } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import { isOfKind, type OfKind } from "./component-kind.ts";
import { resolveOwnPackages } from "./own-packages.ts";

/** True for a path, false for the name of something that comes with us. */
export function isFile(name: string): boolean {
  return /^(\.\.?)?[/\\]/.test(name) || /\.[cm]?[jt]s$/.test(name);
}

/**
 * Every plugin or backend that the file exports, in the order of their names. Throws a
 * SeabirdError `bad_option` if there is no such file or nothing of the kind in it, and
 * `failed_precondition` with its error if it cannot be loaded.
 */
export async function loadFile<Kind extends "plugin" | "backend">(
  path: string,
  kind: Kind,
): Promise<readonly OfKind<Kind>[]> {
  const file = resolve(path);
  if (!existsSync(file)) throw new SeabirdError("bad_option", `there is no file ${path}`);
  resolveOwnPackages();
  const exported: object = await load(file, path);
  const found = [...new Set<unknown>(Object.values(exported))].filter((one) => isOfKind(one, kind));
  if (found.length > 0) return found;
  const example = kind === "plugin" ? 'plugin("x")' : 'backend("x", { … })';
  const what = `${path} exports no ${kind}; it needs a line such as: export const x = ${example}`;
  throw new SeabirdError("bad_option", what);
}

/** After that a file that is still being loaded is reported; it may finish later. */
const SLOW_MS = 5_000;

async function load(file: string, path: string): Promise<object> {
  const report = (what: string) => process.stderr.write(`${path} ${what}\n`);
  // With nothing to wait for, Node ends and prints nothing.
  const onExit = () => report("cannot be loaded: an await at its top never ends");
  process.once("exit", onExit);
  let isLoading = true;
  unlessEnded(SLOW_MS, () => {
    if (isLoading) report("is still being loaded; does an await at its top never end?");
  });
  try {
    return await import(pathToFileURL(file).href);
  } catch (cause) {
    // Where it happened is what its author wants to know.
    process.stderr.write(`${cause instanceof Error ? (cause.stack ?? cause.message) : cause}\n`);
    const why = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    const message = `${path} cannot be loaded: ${why}${placeOf(cause)}${repairOf(cause)}`;
    throw new SeabirdError("failed_precondition", message, { cause });
  } finally {
    isLoading = false;
    process.off("exit", onExit);
  }
}

/** ` (bot.ts:3)`, the first place of the stack that is in code of the author; empty if none is. */
function placeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return "";
  for (const [, where = "", line = ""] of (cause.stack ?? "").matchAll(PLACES)) {
    const isUrl = where.startsWith("file:");
    const file = isUrl ? fileURLToPath(where) : where;
    if (isAbsolute(file) && !file.startsWith(SDK) && !/[/\\]node_modules[/\\]/.test(file)) {
      return ` (${basename(file)}:${line})`;
    }
  }
  return "";
}

const PLACES = /(?:^|[\s(])((?:file:\/\/|\/|[A-Za-z]:\\)[^\n()]{0,4096}?\.[cm]?[jt]s):(\d+)/g;
/** The folder of this package, whose own lines are no help to an author. */
const SDK = fileURLToPath(new URL("../../", import.meta.url));

/** `; ` and what to change, for what TypeScript authors meet when Node strips the types. */
function repairOf(cause: unknown): string {
  if (!(cause instanceof Error)) return "";
  const { code } = cause as { readonly code?: unknown };
  const { message } = cause;
  if (code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") {
    return /enum/.test(message)
      ? '; write a union instead: type Color = "red" | "blue"'
      : "; Node only strips types: use plain fields, functions and modules instead";
  }
  if (code === "ERR_MODULE_NOT_FOUND") {
    const [, missing = ""] = /^Cannot find module '([^']+)'/.exec(message) ?? [];
    const found = EXTENSIONS.find((extension) => missing !== "" && existsSync(missing + extension));
    return found === undefined ? "" : `; write the import with its extension: "…${found}"`;
  }
  const [, name] = /does not provide an export named '([^']+)'/.exec(message) ?? [];
  return name === undefined ? "" : `; if ${name} is a type, write: import { type ${name} } from …`;
}

const EXTENSIONS = [".ts", ".mts", ".js", ".mjs", "/index.ts", "/index.js"];

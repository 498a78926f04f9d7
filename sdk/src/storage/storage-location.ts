/** Parses the url of `storage`. Pure, but for checking whether a path is a folder. */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import { SeabirdError } from "../link/errors.ts";

/** The default folder of SQLite files, relative to the working folder. */
const DATA_FOLDER = ".seabird/data";
export const IN_MEMORY = ":memory:";

export type StorageLocation =
  | { readonly kind: "sqlite"; readonly file: string }
  | { readonly kind: "postgres"; readonly url: string; readonly schema: string };

/**
 * Undefined: a file named after the plugin in `.seabird/data`. `:memory:`: dropped at the end.
 * `postgres://…`: a schema named after the plugin. A path that is a folder or ends with `/`:
 * a file named after the plugin in it. Any other path: that file.
 */
export function locationOf(name: string, url: string | undefined): StorageLocation {
  if (url === undefined) return { kind: "sqlite", file: join(DATA_FOLDER, `${name}.db`) };
  if (typeof url !== "string" || url.trim() === "" || url.includes("\0")) throw badUrl(name);
  if (url === IN_MEMORY) return { kind: "sqlite", file: url };
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === "postgres" || scheme === "postgresql") {
    // An invalid url is not repeated: it may contain a password.
    if (!URL.canParse(url)) throw badUrl(name);
    return { kind: "postgres", url, schema: schemaOf(name) };
  }
  if (scheme !== undefined && !isDrive(scheme)) throw badUrl(name);
  const isFolder = url.endsWith("/") || statSync(url, { throwIfNoEntry: false })?.isDirectory();
  return { kind: "sqlite", file: isFolder === true ? join(url, `${name}.db`) : url };
}

const MAX_IDENTIFIER = 63;

/** PostgreSQL truncates longer names, which could make two schemas one. */
export function schemaOf(name: string): string {
  const schema = `seabird_${name}`;
  if (schema.length <= MAX_IDENTIFIER) return schema;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 12);
  return `${schema.slice(0, 48)}_${digest}`;
}

function isDrive(scheme: string): boolean {
  return process.platform === "win32" && scheme.length === 1;
}

function badUrl(name: string): SeabirdError {
  return new SeabirdError(
    "bad_option",
    `storage of "${name}": the url is invalid; allowed: a path, ":memory:", or postgres://…`,
  );
}

/** What `--attach` takes: a file on this machine, or an address that anybody may open. */
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { basename } from "node:path";
import { EXIT } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";

export interface LocalFile {
  readonly path: string;
  readonly name: string;
  readonly sizeBytes: number;
}

export type Attached = LocalFile | { readonly url: string; readonly name: string };

const GIVE = "give a file's path, or an address that anybody may open";

/** Rejects with a CliError for what cannot be uploaded, and what others could not open. */
export async function attached(text: string): Promise<Attached> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return await localFile(text);
  if (url.username !== "" || url.password !== "") {
    const next = "give an address that anybody may open";
    throw new CliError(EXIT.usage, `--attach: ${url.host} wants a user and a password`, next);
  }
  // Blanks end an address in a chat; the parser has skipped line breaks.
  return { url: /[\s\p{Cc}]/u.test(text) ? url.href : text, name: fileName(url) };
}

const TROUBLES: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  ENOTDIR: "does not exist",
  EACCES: "may not be read",
  EPERM: "may not be read",
};

async function localFile(path: string): Promise<LocalFile> {
  const bad = (trouble: string, next = GIVE) =>
    new CliError(EXIT.usage, `--attach: the file ${JSON.stringify(path)} ${trouble}`, next);
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw bad("is a folder", "pack it into one file, such as a zip");
    // Opening a pipe waits for somebody who writes.
    if (!found.isFile()) throw bad("is a device, pipe or socket");
    if (found.size === 0) throw bad("is empty");
    await access(path, constants.R_OK);
    return { path, name: basename(path), sizeBytes: found.size };
  } catch (error) {
    if (error instanceof CliError) throw error;
    const { code = "" } = error as NodeJS.ErrnoException;
    throw bad(TROUBLES[code] ?? `cannot be read: ${code}`);
  }
}

function fileName({ pathname }: URL): string {
  const name = basename(pathname);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

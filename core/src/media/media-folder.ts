/**
 * The folder with the kept files, two of each: `KEY.data`, and `KEY.json` with what is known of it.
 * A file counts once both are there; what is not complete ends in `.part` and is removed at the
 * next start.
 */
import { createHash } from "node:crypto";
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
} from "node:fs/promises";
import { join } from "node:path";
import { type FileHead, fromJson, isKey, type StoredFile, toJson } from "./stored-file.ts";

const OWNER_ONLY_FOLDER = 0o700;
const OWNER_ONLY = 0o600;
const OTHERS = 0o077;
const READ_BYTES = 65_536;
const MAX_JSON_BYTES = 65_536;
const ENDING = /^(.+)\.(data|json|data\.part|json\.part)$/;

export class MediaFolder {
  readonly #path: string;
  #isOpenToOthers = false;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Whether others may list the folder, as `load` found it. It may be somebody's, so its mode stays;
   * but the names in it are the secret parts of links.
   */
  get isOpenToOthers(): boolean {
    return this.#isOpenToOthers;
  }

  /** The files that are whole, oldest first. All else that has the name of a file is removed. */
  async load(): Promise<StoredFile[]> {
    const names = await readdir(this.#path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw error;
    });
    const folder = await stat(this.#path).catch(() => undefined);
    this.#isOpenToOthers = folder !== undefined && (folder.mode & OTHERS) !== 0;
    const keys = new Set<string>();
    for (const name of names) {
      const [, key = "", ending = ""] = ENDING.exec(name) ?? [];
      if (!isKey(key)) continue;
      if (ending.endsWith(".part")) await removeFile(join(this.#path, name));
      else keys.add(key);
    }
    const files: StoredFile[] = [];
    for (const key of keys) {
      const file = await this.#read(key).catch(() => undefined);
      if (file === undefined) await this.remove(key);
      else files.push(file);
    }
    return files.sort((one, other) => one.storedAtMs - other.storedAtMs);
  }

  async #read(key: string): Promise<StoredFile | undefined> {
    // Not `stat`: what a link leads to is not core's, and a pipe would never end.
    const json = await lstat(this.#pathOf(key, "json"));
    if (!json.isFile() || json.size > MAX_JSON_BYTES) return undefined;
    const file = fromJson(await readFile(this.#pathOf(key, "json"), "utf8"));
    const data = await lstat(this.#pathOf(key, "data"));
    return file?.key === key && data.isFile() && data.size === file.size ? file : undefined;
  }

  /**
   * Writes a file as its bytes come, never whole in memory. Rejects with the source's error, or the
   * disk's; nothing is left then.
   */
  async write(
    head: FileHead,
    source: AsyncIterable<Uint8Array>,
    storedAtMs: number,
  ): Promise<StoredFile> {
    const { key } = head;
    const data = this.#pathOf(key, "data");
    const json = this.#pathOf(key, "json");
    await mkdir(this.#path, { recursive: true, mode: OWNER_ONLY_FOLDER });
    try {
      const { size, sha256 } = await writeBytes(`${data}.part`, source);
      const file: StoredFile = { ...head, size, sha256, storedAtMs };
      await writeBytes(`${json}.part`, [Buffer.from(toJson(file))]);
      await rename(`${data}.part`, data);
      // The last step: without it the file does not count.
      await rename(`${json}.part`, json);
      await this.#sync();
      return file;
    } catch (error) {
      await Promise.all([data, json, `${data}.part`, `${json}.part`].map(removeFile));
      throw error;
    }
  }

  /** The file's bytes, opened; `undefined`: they are gone. */
  async open(key: string): Promise<FileHandle | undefined> {
    try {
      return await open(this.#pathOf(key, "data"), "r");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  async remove(key: string): Promise<void> {
    await removeFile(this.#pathOf(key, "json"));
    await removeFile(this.#pathOf(key, "data"));
  }

  #pathOf(key: string, ending: "data" | "json"): string {
    return join(this.#path, `${key}.${ending}`);
  }

  /** So that the new names outlive a crash of the machine. */
  async #sync(): Promise<void> {
    const folder = await open(this.#path, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

/** Whether the bytes are still those that were written. */
export async function isUndamaged(handle: FileHandle, file: StoredFile): Promise<boolean> {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  let at = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, READ_BYTES, at);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
    if (at > file.size) return false;
  }
  return at === file.size && hash.digest("hex") === file.sha256;
}

async function writeBytes(
  path: string,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Pick<StoredFile, "size" | "sha256">> {
  const hash = createHash("sha256");
  let size = 0;
  const handle = await open(path, "wx", OWNER_ONLY);
  try {
    for await (const chunk of source) {
      hash.update(chunk);
      size += chunk.length;
      await writeAll(handle, chunk);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { size, sha256: hash.digest("hex") };
}

/** One call may write less than it was given. */
async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let from = 0; from < chunk.length; ) {
    const { bytesWritten } = await handle.write(chunk, from);
    from += bytesWritten;
  }
}

async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}

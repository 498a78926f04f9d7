/**
 * `.seabird/up.json`: where the core that `seabird up` runs in this folder listens, so that the
 * other commands find it when its usual port was taken. It holds no secret.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileErrorReason } from "@seabird-chat/runtime";

export interface RunFile {
  /** The supervisor. A file whose process is gone is left over and means nothing. */
  readonly pid: number;
  readonly url: string;
}

const NAME = "up.json";

/**
 * Writes it; the undo brings back what another supervisor, still alive, had written before. On a
 * full disk what runs goes on without it: then `warn` is called.
 */
export function writeRunFile(
  folder: string,
  content: RunFile,
  warn: (text: string) => void,
): () => void {
  const before = readRunFile(folder);
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      warn(
        `cannot write ${join(folder, NAME)}, where other commands look: ${fileErrorReason(error)}`,
      );
    }
  };
  attempt(() => replace(folder, content));
  return () => {
    if (readRunFile(folder)?.pid !== content.pid) return;
    const isOthers = before !== undefined && before.pid !== content.pid && isAlive(before.pid);
    if (isOthers) attempt(() => replace(folder, before));
    else attempt(() => rmSync(join(folder, NAME), { force: true }));
  };
}

/** Whole or not at all. */
function replace(folder: string, content: RunFile): void {
  const path = join(folder, NAME);
  const fresh = `${path}.${process.pid}`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(fresh, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  renameSync(fresh, path);
}

/** What a living supervisor wrote in this folder. */
export function readRunFile(folder: string): RunFile | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(join(folder, NAME), "utf8"));
    return isRunFile(content) && isAlive(content.pid) ? content : undefined;
  } catch {
    return undefined;
  }
}

function isRunFile(value: unknown): value is RunFile {
  if (typeof value !== "object" || value === null || !("pid" in value) || !("url" in value)) {
    return false;
  }
  return (
    Number.isSafeInteger(value.pid) && typeof value.url === "string" && URL.canParse(value.url)
  );
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

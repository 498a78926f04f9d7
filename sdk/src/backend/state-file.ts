/** A small JSON file for what a backend has to know after a restart, for its user alone. */
import { existsSync, readFileSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";

const DEFAULT_MAX_BYTES = 1024 * 1024;
/** The folder for state that outlives a restart; the supervisor creates it. */
const STATE_FOLDER = ".seabird";

/**
 * `given`, such as a setting, else `.seabird/TYPE-ID.json` where there is such a folder; undefined: nothing is
 * kept.
 */
export function stateFilePath(
  given: string | undefined,
  { type, id }: { readonly type: string; readonly id: string },
): string | undefined {
  if (given !== undefined || !existsSync(STATE_FOLDER)) return given;
  return `${STATE_FOLDER}/${type}-${encodeURIComponent(id)}.json`;
}

export interface StateFileOptions {
  /** Undefined: nothing is kept. */
  readonly path: string | undefined;
  /** For messages, such as `the login`. */
  readonly what: string;
  /** A larger one is not read. Default: 1 MiB. */
  readonly maxBytes?: number | undefined;
  /** It cannot be read or written. */
  readonly failed: (reason: string) => void;
}

export class StateFile {
  readonly #options: StateFileOptions;
  #content: (() => object) | undefined;
  #writing: Promise<void> | undefined;

  constructor(options: StateFileOptions) {
    this.#options = options;
  }

  /** What `parse` makes of it; undefined without a file, or where `parse` throws. */
  read<Content>(parse: (content: unknown) => Content): Content | undefined {
    const { path, maxBytes = DEFAULT_MAX_BYTES } = this.#options;
    if (path === undefined) return undefined;
    try {
      const bytes = readFileSync(path);
      if (bytes.length > maxBytes) throw new Error(`it is ${bytes.length} bytes`);
      return parse(JSON.parse(bytes.toString("utf8")));
    } catch (reason) {
      if ((reason as NodeJS.ErrnoException).code !== "ENOENT") this.#report("read", reason);
      return undefined;
    }
  }

  /** Writes what `content` returns then, soon: several changes while the file is being written become one. */
  keep(content: () => object): void {
    this.#content = content;
    this.#writing ??= this.#write();
  }

  /** Resolves when the last change is in the file. Never rejects. */
  async written(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    const { path } = this.#options;
    while (this.#content !== undefined && path !== undefined) {
      const content = this.#content;
      this.#content = undefined;
      // Renamed into place, so that the file is never incomplete.
      const draft = `${path}.${process.pid}.new`;
      try {
        const text = `${JSON.stringify({ version: 1, ...content() })}\n`;
        // An old draft would keep its permissions.
        await rm(draft, { force: true });
        await writeFile(draft, text, { mode: 0o600, flag: "wx" });
        await rename(draft, path);
      } catch (reason) {
        this.#report("write", reason);
      }
    }
    this.#writing = undefined;
  }

  #report(verb: string, reason: unknown): void {
    const { what, path, failed } = this.#options;
    const why = reason instanceof SyntaxError ? "it is no JSON" : String(reason);
    failed(`cannot ${verb} ${what} in "${path}": ${why}`);
  }
}

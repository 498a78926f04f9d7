/** A log file that stays small: when it is full it becomes NAME.1, and the oldest is lost. */
import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs";

export interface RotationOptions {
  readonly maxBytes: number;
  /** How many files there are, the one that is written included. */
  readonly files: number;
}

export class RotatingLog {
  readonly path: string;
  readonly #options: RotationOptions;
  #fd: number | undefined;
  #bytes = 0;

  constructor(path: string, options: RotationOptions) {
    this.path = path;
    this.#options = options;
  }

  /** Lost if the disk is full: what runs goes on without it. */
  write(data: Buffer): void {
    try {
      this.#open();
      if (this.#bytes > 0 && this.#bytes + data.length > this.#options.maxBytes) this.#rotate();
      this.#bytes += writeSync(this.#open(), data);
    } catch {
      // There is nowhere left to report it.
    }
  }

  /** The last lines, oldest first; of what lies further back than `maxBytes` none. */
  tail(count: number, maxBytes: number): string[] {
    let text = Buffer.alloc(0);
    for (let at = 0; at < this.#options.files && text.length < maxBytes; at++) {
      text = Buffer.concat([readEnd(this.#nth(at), maxBytes - text.length), text]);
    }
    const lines = text.toString("utf8").split("\n");
    if (lines.at(-1) === "") lines.pop();
    return count <= 0 ? [] : lines.slice(-count);
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #open(): number {
    if (this.#fd !== undefined) return this.#fd;
    this.#fd = openSync(this.path, "a", 0o600);
    this.#bytes = fstatSync(this.#fd).size;
    return this.#fd;
  }

  #rotate(): void {
    this.close();
    this.#bytes = 0;
    const { files } = this.#options;
    rmSync(this.#nth(files - 1), { force: true });
    for (let at = files - 2; at >= 0; at--) {
      try {
        renameSync(this.#nth(at), this.#nth(at + 1));
      } catch {
        // Somebody has removed it.
      }
    }
  }

  #nth(at: number): string {
    return at === 0 ? this.path : `${this.path}.${at}`;
  }
}

/** The end of a file, `maxBytes` at most; empty if there is no file. */
function readEnd(path: string, maxBytes: number): Buffer {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    return Buffer.alloc(0);
  }
  try {
    const { size } = fstatSync(fd);
    const end = Buffer.alloc(Math.min(size, maxBytes));
    return end.subarray(0, readSync(fd, end, 0, end.length, size - end.length));
  } finally {
    closeSync(fd);
  }
}

/** A log file that stays small: when it is full it becomes NAME.1, and the oldest is lost. */
import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs";

export interface RotationOptions {
  readonly maxBytes: number;
  /** How many files there are, the one that is written included. */
  readonly files: number;
}

/** How much is read at once, from the end backwards. */
const BLOCK_BYTES = 65_536;
const NEWLINE = 10;

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
    if (count <= 0) return [];
    const end = new FileEnd(count, maxBytes);
    for (let at = 0; at < this.#options.files && !end.isFull; at++) end.readBack(this.#nth(at));
    return end.lines().slice(-count);
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

/** Reads files backwards, block by block, until it has enough. */
class FileEnd {
  readonly #wanted: number;
  readonly #blocks: Buffer[] = [];
  #bytesLeft: number;
  #newlines = 0;

  constructor(lines: number, maxBytes: number) {
    this.#wanted = lines;
    this.#bytesLeft = maxBytes;
  }

  get isFull(): boolean {
    return this.#bytesLeft <= 0 || this.#newlines > this.#wanted;
  }

  /** A file that is not there holds nothing. */
  readBack(path: string): void {
    let fd: number;
    try {
      fd = openSync(path, "r");
    } catch {
      return;
    }
    try {
      let end = fstatSync(fd).size;
      while (end > 0 && !this.isFull) {
        const block = Buffer.alloc(Math.min(BLOCK_BYTES, end, this.#bytesLeft));
        end -= block.length;
        this.#add(block.subarray(0, readSync(fd, block, 0, block.length, end)));
        if (block.length === 0) return;
      }
    } finally {
      closeSync(fd);
    }
  }

  lines(): string[] {
    const lines = Buffer.concat(this.#blocks).toString("utf8").split("\n");
    if (lines.at(-1) === "") lines.pop();
    return lines;
  }

  #add(block: Buffer): void {
    this.#blocks.unshift(block);
    this.#bytesLeft -= block.length;
    for (let at = block.indexOf(NEWLINE); at !== -1; at = block.indexOf(NEWLINE, at + 1)) {
      this.#newlines += 1;
    }
  }
}

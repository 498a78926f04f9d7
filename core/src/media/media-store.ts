/**
 * The kept files: which there are, how much they take, and which go first. Bounded in bytes, number
 * and age; a file that is being read stays readable until its reader has ended.
 */
import type { FileHandle } from "node:fs/promises";
import { AggregatedLog, type LineKind } from "../broker/aggregated-log.ts";
import type { Clock } from "../broker/clock.ts";
import { BrokerError } from "../broker/errors.ts";
import type { Logger } from "../broker/logger.ts";
import type { MediaLimits } from "./limits.ts";
import { isUndamaged, MediaFolder } from "./media-folder.ts";
import type { FileHead, StoredFile } from "./stored-file.ts";

export interface MediaStoreDeps {
  readonly folder: string;
  readonly limits: MediaLimits;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A file and its bytes; whoever gets it closes the handle. */
export interface OpenFile {
  readonly file: StoredFile;
  readonly handle: FileHandle;
}

const MS_PER_HOUR = 3_600_000;
/** How often files that are too old are looked for. */
const SWEEP_MS = 600_000;
/** A date that moves by more, apart from the time that passes, was set: until the next sweep it costs no file. */
const STEP_MS = 60_000;

/** The date at which the monotonic clock was 0; it changes only when the machine's date is set. */
function startOfTimeMs(clock: Clock): number {
  return clock.wallMs() - clock.now();
}
const OPEN_FOLDER =
  "other users of this machine may list the folder of media, and so open every file: chmod 700 it";
const DISK_FULL: readonly unknown[] = ["ENOSPC", "EDQUOT", "EFBIG"];

const NO_SPACE = line("error", "no space left on the disk for media");
const UNREADABLE = line("warn", "a file of media cannot be read");
const DAMAGED = line("warn", "a file of media is damaged, and is removed");

function line(level: LineKind["level"], text: string): LineKind {
  return { level, by: "method", text };
}

export class MediaStore {
  readonly #deps: MediaStoreDeps;
  readonly #peerLog: AggregatedLog;
  readonly #folder: MediaFolder;
  /** By key, oldest first. */
  readonly #files = new Map<string, StoredFile>();
  readonly #byAttachment = new Map<string, StoredFile>();
  /** Keys of files whose bytes were written or checked by this run. */
  readonly #checked = new Set<string>();
  /** Checks under way, which those who read the same file share. */
  readonly #checks = new Map<string, Promise<boolean>>();
  #bytes = 0;
  /** Bytes and number of the files that are being written. */
  #reservedBytes = 0;
  #reserved = 0;
  /** `startOfTimeMs` at the last sweep. */
  #startMs: number;
  #stopSweep = () => {};
  #isClosed = false;

  constructor(deps: MediaStoreDeps) {
    this.#deps = deps;
    this.#peerLog = new AggregatedLog(deps.log, deps.clock);
    this.#folder = new MediaFolder(deps.folder);
    this.#startMs = startOfTimeMs(deps.clock);
  }

  /** Finds what an earlier run kept. Rejects with the system's error if the folder cannot be read. */
  async load(): Promise<void> {
    for (const file of await this.#folder.load()) this.#add(file);
    this.#removeDown(this.#deps.limits.mediaMaxBytes, this.#deps.limits.maxMediaFiles);
    if (this.#folder.isOpenToOthers)
      this.#deps.log.warn({ folder: this.#deps.folder }, OPEN_FOLDER);
    this.#planSweep();
  }

  get size(): number {
    return this.#files.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  ofAttachment(attachmentId: string): StoredFile | undefined {
    return this.#unlessOld(this.#byAttachment.get(attachmentId));
  }

  ofKey(key: string): StoredFile | undefined {
    return this.#unlessOld(this.#files.get(key));
  }

  all(): Iterable<StoredFile> {
    return this.#files.values();
  }

  /** When a file is removed at the latest, in Unix milliseconds. */
  expiresAtMs({ storedAtMs }: Pick<StoredFile, "storedAtMs">): number {
    return storedAtMs + this.#deps.limits.mediaMaxAgeHours * MS_PER_HOUR;
  }

  /**
   * Keeps a file of this size. Rejects with `media_full` if there is no room for it, and with the
   * source's error.
   */
  async write(
    head: FileHead,
    size: number,
    source: AsyncIterable<Uint8Array>,
  ): Promise<StoredFile> {
    if (this.#isClosed) throw new BrokerError("shutting_down", "core is shutting down");
    this.#makeRoom(size);
    this.#reservedBytes += size;
    this.#reserved++;
    try {
      const file = await this.#folder.write(head, source, this.#deps.clock.wallMs());
      this.remove(this.#byAttachment.get(file.attachmentId));
      this.#checked.add(file.key);
      this.#add(file);
      return file;
    } catch (error) {
      if (!DISK_FULL.includes((error as NodeJS.ErrnoException).code)) throw error;
      this.#peerLog.add(NO_SPACE, "PUT", { error });
      throw new BrokerError("media_full", "no space left on core's disk", { cause: error });
    } finally {
      this.#reservedBytes -= size;
      this.#reserved--;
    }
  }

  /**
   * `undefined`: there is none, or it is damaged, and is removed. Rejects with the system's error,
   * as when core has too many files open; then the file stays.
   */
  async open(key: string): Promise<OpenFile | undefined> {
    const file = this.ofKey(key);
    if (file === undefined) return undefined;
    const handle = await this.#folder.open(key);
    try {
      if (handle !== undefined && (await this.#isWhole(handle, file))) return { file, handle };
    } catch (error) {
      this.#peerLog.add(UNREADABLE, "GET", { error });
    }
    await handle?.close();
    this.#peerLog.add(DAMAGED, "GET", { name: file.name });
    this.remove(file);
    return undefined;
  }

  remove(file: StoredFile | undefined): void {
    if (file === undefined || !this.#files.delete(file.key)) return;
    if (this.#byAttachment.get(file.attachmentId) === file) {
      this.#byAttachment.delete(file.attachmentId);
    }
    this.#checked.delete(file.key);
    this.#bytes -= file.size;
    void this.#folder.remove(file.key);
  }

  /** Writes nothing more; files stay. */
  close(): void {
    this.#isClosed = true;
    this.#stopSweep();
  }

  #add(file: StoredFile): void {
    this.#files.set(file.key, file);
    this.#byAttachment.set(file.attachmentId, file);
    this.#bytes += file.size;
  }

  async #isWhole(handle: FileHandle, file: StoredFile): Promise<boolean> {
    if (this.#checked.has(file.key)) return (await handle.stat()).size === file.size;
    const check =
      this.#checks.get(file.key) ??
      isUndamaged(handle, file).finally(() => this.#checks.delete(file.key));
    this.#checks.set(file.key, check);
    if (!(await check)) return false;
    if (this.#files.has(file.key)) this.#checked.add(file.key);
    return true;
  }

  #unlessOld(file: StoredFile | undefined): StoredFile | undefined {
    if (file === undefined || this.#deps.clock.wallMs() < this.expiresAtMs(file)) return file;
    if (this.#isDateSteady()) this.remove(file);
    return undefined;
  }

  /** Whether the machine's date has gone on as time has. One that was just set may be set back. */
  #isDateSteady(): boolean {
    return Math.abs(startOfTimeMs(this.#deps.clock) - this.#startMs) < STEP_MS;
  }

  /** Removes the oldest files until so many bytes fit. Throws `media_full` if they cannot. */
  #makeRoom(size: number): void {
    const { mediaMaxBytes, maxMediaFiles } = this.#deps.limits;
    const room = mediaMaxBytes - this.#reservedBytes - size;
    const places = maxMediaFiles - this.#reserved - 1;
    if (room < 0 || places < 0) {
      throw new BrokerError("media_full", "no room for the file: others are being written");
    }
    this.#removeDown(room, places);
  }

  /** Removes the oldest files until there are no more than so many bytes and files. */
  #removeDown(bytes: number, count: number): void {
    for (const file of this.#files.values()) {
      if (this.#bytes <= bytes && this.#files.size <= count) return;
      this.remove(file);
    }
  }

  #planSweep(): void {
    const { clock } = this.#deps;
    if (this.#isClosed) return;
    this.#stopSweep = clock.after(SWEEP_MS, () => {
      for (const file of this.#files.values()) this.#unlessOld(file);
      this.#startMs = startOfTimeMs(clock);
      this.#planSweep();
    });
  }
}

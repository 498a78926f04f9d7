/** The login and the position in the rooms, in a small file that outlives a restart, for its user alone. */
import { readFileSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { isObject, objectIn, textIn } from "../json-value.ts";

/** What is kept. */
export interface Session {
  /** The setting; with another one the rest is of no use. */
  readonly homeserver: string;
  readonly userId: string;
  /** Undefined for a token that belongs to none. */
  readonly deviceId?: string | undefined;
  /** Only of a login by password. */
  readonly accessToken?: string | undefined;
  /** Of `/sync`. */
  readonly position?: string | undefined;
  /** The room of each configured channel. */
  readonly rooms: Readonly<Record<string, string>>;
}

/** Bytes of the file; a larger one is rejected. */
const MAX_FILE_BYTES = 1024 * 1024;

export class SavedSession {
  readonly #path: string | undefined;
  /** The file cannot be read or written; the session is still kept in memory. */
  readonly #failed: (reason: string) => void;
  #session: Session | undefined;
  #writing: Promise<void> | undefined;
  #isDirty = false;

  constructor(path: string | undefined, failed: (reason: string) => void) {
    this.#path = path;
    this.#failed = failed;
    this.#session = this.#read();
  }

  get current(): Session | undefined {
    return this.#session;
  }

  /** Writes it soon: several changes while it is being written become one. */
  keep(session: Session): void {
    this.#session = session;
    this.#isDirty = true;
    this.#writing ??= this.#write();
  }

  change(change: Partial<Session>): void {
    if (this.#session !== undefined) this.keep({ ...this.#session, ...change });
  }

  /** Resolves when the last change is in the file. Never rejects. */
  async written(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#isDirty && this.#path !== undefined) {
      this.#isDirty = false;
      // Renamed into place, so that the file is never incomplete.
      const draft = `${this.#path}.${process.pid}.new`;
      const content = `${JSON.stringify({ version: 1, ...this.#session }, null, 2)}\n`;
      try {
        // An old draft would keep its permissions.
        await rm(draft, { force: true });
        await writeFile(draft, content, { mode: 0o600, flag: "wx" });
        await rename(draft, this.#path);
      } catch (reason) {
        this.#report("write", reason);
      }
    }
    this.#writing = undefined;
  }

  #read(): Session | undefined {
    if (this.#path === undefined) return undefined;
    try {
      return sessionIn(readFileSync(this.#path));
    } catch (reason) {
      if ((reason as NodeJS.ErrnoException).code !== "ENOENT") this.#report("read", reason);
      return undefined;
    }
  }

  #report(verb: string, reason: unknown): void {
    const why = reason instanceof SyntaxError ? "it is no JSON" : String(reason);
    this.#failed(`cannot ${verb} the login in "${this.#path}": ${why}`);
  }
}

/** Throws for a file in any other format. */
function sessionIn(bytes: Buffer): Session {
  if (bytes.length > MAX_FILE_BYTES) throw new Error(`it is ${bytes.length} bytes`);
  const content: unknown = JSON.parse(bytes.toString("utf8"));
  const { homeserver, userId, deviceId, accessToken, position, rooms } = objectIn(content);
  const [server, user] = [textIn(homeserver), textIn(userId)];
  if (!isObject(content) || server === undefined || user === undefined) {
    throw new Error("it holds no login");
  }
  return {
    ...{ homeserver: server, userId: user, deviceId: textIn(deviceId) },
    ...{ accessToken: textIn(accessToken), position: textIn(position) },
    rooms: Object.fromEntries(
      Object.entries(objectIn(rooms)).filter((entry): entry is [string, string] => {
        return typeof entry[1] === "string";
      }),
    ),
  };
}

/** The login and the position in the rooms, in a small file that outlives a restart, for its user alone. */
import { StateFile } from "@seabird-chat/sdk/backend";
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

export class SavedSession {
  readonly #file: StateFile;
  #session: Session | undefined;

  /** `failed`: the file cannot be read or written; the session is still kept in memory. */
  constructor(path: string | undefined, failed: (reason: string) => void) {
    this.#file = new StateFile({ path, what: "the login", failed });
    this.#session = this.#file.read(sessionIn);
  }

  get current(): Session | undefined {
    return this.#session;
  }

  /** Writes it soon. */
  keep(session: Session): void {
    this.#session = session;
    this.#file.keep(() => ({ ...this.#session }));
  }

  change(change: Partial<Session>): void {
    if (this.#session !== undefined) this.keep({ ...this.#session, ...change });
  }

  /** Resolves when the last change is in the file. Never rejects. */
  async written(): Promise<void> {
    await this.#file.written();
  }
}

/** Throws for any other form. */
function sessionIn(content: unknown): Session {
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

/** The client-server API of Matrix (v1.11 and later), as far as a bot needs it; one method for each endpoint. */
import { type JsonObject, listIn, objectIn, textIn } from "../json-value.ts";
import { type CallOptions, MatrixHttp, type MatrixHttpOptions, need, path } from "./matrix-http.ts";
import { MatrixMedia } from "./matrix-media.ts";

export interface LoginResult {
  readonly userId: string;
  readonly deviceId: string;
  readonly accessToken: string;
}

export interface SyncRequest {
  /** Undefined: the first time. */
  readonly since: string | undefined;
  /** JSON. */
  readonly filter: string;
  /** Milliseconds that the server waits for news. */
  readonly timeoutMs: number;
  readonly isFullState: boolean;
}

/** An event to be sent once. */
export interface EventToSend {
  readonly roomId: string;
  /** Such as `m.room.message`. */
  readonly type: string;
  readonly content: JsonObject;
  /** The server does one transaction once, so that a repetition is safe. */
  readonly transactionId: string;
}

export interface RelationsRequest {
  readonly roomId: string;
  readonly eventId: string;
  /** Such as `m.annotation`. */
  readonly relType: string;
  /** Such as `m.reaction`. */
  readonly eventType: string;
  readonly from?: string | undefined;
}

const MAX_SYNC_BYTES = 64 * 1024 * 1024;
const MAX_STATE_BYTES = 64 * 1024 * 1024;
/** What the server gets more than the time that it waits. */
const SYNC_GRACE_MS = 30_000;

/** Methods reject as `MatrixHttp.json` does. */
export class MatrixClient {
  readonly media: MatrixMedia;
  readonly #http: MatrixHttp;
  readonly #now: () => number;

  constructor(options: MatrixHttpOptions) {
    this.#http = new MatrixHttp(options);
    this.media = new MatrixMedia(this.#http);
    this.#now = () => options.clock.now();
  }

  get baseUrl(): string {
    return this.#http.baseUrl;
  }

  /** Undefined until a login. */
  get accessToken(): string | undefined {
    return this.#http.accessToken;
  }

  set accessToken(token: string | undefined) {
    this.#http.accessToken = token;
  }

  /** Whether the server is known to be away: then what begins is not repeated. */
  set isAway(isAway: boolean) {
    this.#http.isAway = isAway;
  }

  /** Versions of the specification, such as `v1.11`. */
  async versions(options: CallOptions = {}): Promise<readonly string[]> {
    const request = { method: "GET", path: "/_matrix/client/versions", isAnonymous: true } as const;
    const { versions } = await this.#http.json({ ...options, ...request });
    return listIn(versions).filter((each) => typeof each === "string");
  }

  /** Ways to log in, such as `m.login.password`. */
  async loginFlows(options: CallOptions = {}): Promise<readonly string[]> {
    const { flows } = await this.#get("/_matrix/client/v3/login", options);
    return listIn(flows).flatMap((each) => textIn(objectIn(each)["type"]) ?? []);
  }

  async login(
    login: { user: string; password: string; deviceId: string | undefined; deviceName: string },
    options: CallOptions = {},
  ): Promise<LoginResult> {
    const body = {
      type: "m.login.password",
      identifier: { type: "m.id.user", user: login.user },
      password: login.password,
      initial_device_display_name: login.deviceName,
      ...(login.deviceId !== undefined && { device_id: login.deviceId }),
    };
    const request = { method: "POST", path: "/_matrix/client/v3/login", body } as const;
    const answer = await this.#http.json({ ...options, ...request, isAnonymous: true });
    return {
      userId: need(answer, "user_id"),
      deviceId: need(answer, "device_id"),
      accessToken: need(answer, "access_token"),
    };
  }

  async logout(options: CallOptions = {}): Promise<void> {
    await this.#post("/_matrix/client/v3/logout", {}, options);
  }

  async whoami(
    options: CallOptions = {},
  ): Promise<{ readonly userId: string; readonly deviceId: string | undefined }> {
    const answer = await this.#get("/_matrix/client/v3/account/whoami", options);
    return { userId: need(answer, "user_id"), deviceId: textIn(answer["device_id"]) };
  }

  /** Not repeated: the loop of the connection does that. */
  sync({ since, filter, timeoutMs, isFullState }: SyncRequest, signal: AbortSignal) {
    return this.#http.json({
      method: "GET",
      path: "/_matrix/client/v3/sync",
      query: {
        ...{ since, filter, timeout: String(timeoutMs), set_presence: "online" },
        full_state: isFullState ? "true" : undefined,
      },
      ...{ signal, isRepeatable: false, maxBytes: MAX_SYNC_BYTES },
      deadlineMs: this.#now() + timeoutMs + SYNC_GRACE_MS,
    });
  }

  /** Resolves with the event's id. */
  async send(event: EventToSend, options: CallOptions = {}): Promise<string> {
    const { roomId, type, content, transactionId } = event;
    const at = path`/_matrix/client/v3/rooms/${roomId}/send/${type}/${transactionId}`;
    return need(await this.#put(at, content, options), "event_id", true);
  }

  /** Resolves with the redaction's id. */
  async redact(
    redaction: { roomId: string; eventId: string; reason: string; transactionId: string },
    options: CallOptions = {},
  ): Promise<string> {
    const { roomId, eventId, reason, transactionId } = redaction;
    const at = path`/_matrix/client/v3/rooms/${roomId}/redact/${eventId}/${transactionId}`;
    return need(await this.#put(at, reason === "" ? {} : { reason }, options), "event_id", true);
  }

  /** The content of a state event. Rejects with `M_NOT_FOUND` if there is none. */
  stateOf(roomId: string, type: string, stateKey = "", options: CallOptions = {}) {
    return this.#get(path`/_matrix/client/v3/rooms/${roomId}/state/${type}/${stateKey}`, options);
  }

  async setState(
    state: { roomId: string; type: string; stateKey?: string; content: JsonObject },
    options: CallOptions = {},
  ): Promise<string> {
    const { roomId, type, stateKey = "", content } = state;
    const at = path`/_matrix/client/v3/rooms/${roomId}/state/${type}/${stateKey}`;
    return need(await this.#put(at, content, options), "event_id", true);
  }

  async setTyping(
    typing: { roomId: string; userId: string; isTyping: boolean; timeoutMs: number },
    options: CallOptions = {},
  ): Promise<void> {
    const { roomId, userId, isTyping, timeoutMs } = typing;
    const at = path`/_matrix/client/v3/rooms/${roomId}/typing/${userId}`;
    await this.#put(
      at,
      isTyping ? { typing: true, timeout: timeoutMs } : { typing: false },
      options,
    );
  }

  /** A whole event. */
  event(roomId: string, eventId: string, options: CallOptions = {}): Promise<JsonObject> {
    return this.#get(path`/_matrix/client/v3/rooms/${roomId}/event/${eventId}`, options);
  }

  /** Events that relate to one, the newest first; one page. */
  async relations(
    { roomId, eventId, relType, eventType, from }: RelationsRequest,
    options: CallOptions = {},
  ): Promise<{ readonly events: readonly unknown[]; readonly next: string | undefined }> {
    const at = path`/_matrix/client/v1/rooms/${roomId}/relations/${eventId}/${relType}/${eventType}`;
    const answer = await this.#get(at, options, { from, limit: "100" });
    return { events: listIn(answer["chunk"]), next: textIn(answer["next_batch"]) };
  }

  /** By user id; `displayName` and `avatarUrl` (an `mxc:` url) may be missing. */
  async joinedMembers(roomId: string, options: CallOptions = {}): Promise<JsonObject> {
    const at = path`/_matrix/client/v3/rooms/${roomId}/joined_members`;
    const request = { method: "GET", path: at, maxBytes: MAX_STATE_BYTES } as const;
    return objectIn((await this.#http.json({ ...options, ...request }))["joined"]);
  }

  /** Resolves with the room's id. `via`: servers to ask for a room id. */
  async join(
    roomIdOrAlias: string,
    via: readonly string[] = [],
    options: CallOptions = {},
  ): Promise<string> {
    // Both names of the parameter: the old one is what servers before v1.12 know.
    const servers = via.map(
      (server) => `server_name=${encodeURIComponent(server)}&via=${encodeURIComponent(server)}`,
    );
    const query = servers.length === 0 ? "" : `?${servers.join("&")}`;
    const at = path`/_matrix/client/v3/join/${roomIdOrAlias}` + query;
    const request = { method: "POST", path: at, body: {}, isRepeatable: true } as const;
    return need(await this.#http.json({ ...options, ...request }), "room_id");
  }

  async leave(roomId: string, reason: string, options: CallOptions = {}): Promise<void> {
    const body = reason === "" ? {} : { reason };
    await this.#post(path`/_matrix/client/v3/rooms/${roomId}/leave`, body, options);
  }

  /** Resolves with the room's id. */
  async createRoom(room: JsonObject, options: CallOptions = {}): Promise<string> {
    return need(await this.#post("/_matrix/client/v3/createRoom", room, options), "room_id");
  }

  /** Empty if there is none. */
  accountData(userId: string, type: string, options: CallOptions = {}): Promise<JsonObject> {
    return this.#get(path`/_matrix/client/v3/user/${userId}/account_data/${type}`, options);
  }

  async setAccountData(
    data: { userId: string; type: string; content: JsonObject },
    options: CallOptions = {},
  ): Promise<void> {
    const at = path`/_matrix/client/v3/user/${data.userId}/account_data/${data.type}`;
    await this.#put(at, data.content, options);
  }

  /** The room that an alias stands for. */
  async resolveAlias(alias: string, options: CallOptions = {}): Promise<string> {
    const at = path`/_matrix/client/v3/directory/room/${alias}`;
    return need(await this.#get(at, options), "room_id");
  }

  async profile(
    userId: string,
    options: CallOptions = {},
  ): Promise<{ readonly displayName: string | undefined; readonly avatarUrl: string | undefined }> {
    const answer = await this.#get(path`/_matrix/client/v3/profile/${userId}`, options);
    return { displayName: textIn(answer["displayname"]), avatarUrl: textIn(answer["avatar_url"]) };
  }

  #get(at: string, options: CallOptions, query: Record<string, string | undefined> = {}) {
    return this.#http.json({ ...options, method: "GET", path: at, query });
  }

  #put(at: string, body: JsonObject, options: CallOptions) {
    return this.#http.json({ ...options, method: "PUT", path: at, body });
  }

  #post(at: string, body: JsonObject, options: CallOptions) {
    return this.#http.json({ ...options, method: "POST", path: at, body });
  }
}

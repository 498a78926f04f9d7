/** Requests to a homeserver: JSON both ways, within time and size, waiting where the server asks for it. */
import { type Clock, pause } from "@seabird-chat/sdk/backend";
import { isObject, type JsonObject, numberIn, textIn } from "../json-value.ts";
import { isUnsent, networkReason } from "./homeserver.ts";
import { MatrixError, MatrixUncertain, MatrixUnreachable } from "./matrix-error.ts";

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** By the clock's `now()`; a request of core has it. Default: 10 s from now. */
  readonly deadlineMs?: number | undefined;
}

export interface HttpRequest extends CallOptions {
  readonly method: "GET" | "POST" | "PUT";
  /** Below the homeserver's url, with its ids encoded (`path`). */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>> | undefined;
  /** Becomes JSON. */
  readonly body?: JsonObject | undefined;
  /** In place of `body`. */
  readonly bytes?: UploadBody | undefined;
  /** Without the access token. */
  readonly isAnonymous?: boolean | undefined;
  /** Whether it may be sent again, since the server does it once. Default: GET and PUT. */
  readonly isRepeatable?: boolean | undefined;
  /** Of the answer. Default: 4 MiB. */
  readonly maxBytes?: number | undefined;
}

export interface UploadBody {
  readonly body: Uint8Array | ReadableStream<Uint8Array>;
  readonly sizeBytes: number;
  readonly contentType: string;
}

export interface MatrixHttpOptions {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly clock: Clock;
  /** Between 0 and 1. */
  readonly random: () => number;
}

const DEFAULT_TIMEOUT_MS = 10_000;
/** Earlier than the deadline, so that the failure still reaches who waits. */
const ANSWER_MS = 500;
const DEFAULT_MAX_BYTES = 4 * 1024 * 1024;
const FIRST_RETRY_MS = 250;
/** Answers of proxies while the homeserver restarts. */
const TEMPORARY = new Set([502, 503, 504]);

export class MatrixHttp {
  readonly baseUrl: string;
  /** Undefined until a login. */
  accessToken: string | undefined;
  /** The server is known to be away: what begins now is tried once, and not waited for. */
  isAway = false;
  readonly #clock: Clock;
  readonly #random: () => number;

  constructor({ baseUrl, clock, random }: MatrixHttpOptions) {
    this.baseUrl = baseUrl;
    this.#clock = clock;
    this.#random = random;
  }

  /**
   * Rejects with a MatrixError if the server refuses, with a MatrixUnreachable if it cannot be
   * reached or time is up (a MatrixUncertain where it may have done what it was asked for), with the
   * signal's reason if that is aborted. Waits for the rate limit, and repeats what is repeatable, as
   * long as there is time.
   */
  async json(request: HttpRequest): Promise<JsonObject> {
    const deadlineMs = this.#deadlineMs(request);
    let mayBeDone = false;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(request, deadlineMs);
      } catch (reason) {
        request.signal?.throwIfAborted();
        mayBeDone ||= request.method !== "GET" && isInconclusive(reason);
        const waitMs = this.#waitMs(reason, request, attempt);
        if (waitMs === undefined || this.#clock.now() + waitMs >= deadlineMs) {
          throw mayBeDone ? uncertain(reason) : reason;
        }
        await pause(this.#clock, waitMs, request.signal);
        request.signal?.throwIfAborted();
      }
    }
  }

  /** The answer with its body unread; not repeated. Rejects as `json` does. */
  async open(request: HttpRequest): Promise<Response> {
    const deadlineMs = this.#deadlineMs(request);
    const time = this.#timeLimit(deadlineMs, request.signal);
    try {
      const response = await this.#fetch(request, time.signal);
      if (response.status >= 400) throw await this.#refusal(response, request);
      return response;
    } catch (reason) {
      throw this.#failure(reason, request, time.signal);
    } finally {
      // The body may take longer; it ends with the request's own signal.
      time.stop();
    }
  }

  #deadlineMs({ deadlineMs }: HttpRequest): number {
    const givenMs = deadlineMs ?? this.#clock.now() + DEFAULT_TIMEOUT_MS;
    return givenMs - ANSWER_MS;
  }

  async #attempt(request: HttpRequest, deadlineMs: number): Promise<JsonObject> {
    const time = this.#timeLimit(deadlineMs, request.signal);
    try {
      const response = await this.#fetch(request, time.signal);
      if (!response.ok) throw await this.#refusal(response, request);
      return await readJson(response, request.maxBytes ?? DEFAULT_MAX_BYTES);
    } catch (reason) {
      throw this.#failure(reason, request, time.signal);
    } finally {
      time.stop();
    }
  }

  #fetch(request: HttpRequest, signal: AbortSignal): Promise<Response> {
    const { method, path, query = {}, body, bytes, isAnonymous = false } = request;
    if (DOT_SEGMENT.test(path)) {
      throw new MatrixError("an id is . or ..", { status: 400, errcode: "M_INVALID_PARAM" });
    }
    const url = new URL(this.baseUrl + path);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    const headers: Record<string, string> = { accept: "application/json" };
    const token = isAnonymous ? undefined : this.accessToken;
    if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
    if (body !== undefined) headers["content-type"] = "application/json";
    if (bytes !== undefined) {
      headers["content-type"] = bytes.contentType;
      headers["content-length"] = String(bytes.sizeBytes);
    }
    return fetch(url, {
      ...{ method, headers, signal, redirect: "manual" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(bytes !== undefined && { body: bytes.body, duplex: "half" }),
    });
  }

  #timeLimit(deadlineMs: number, signal: AbortSignal | undefined) {
    const timeout = new AbortController();
    const leftMs = Math.max(0, deadlineMs - this.#clock.now());
    const stop = this.#clock.after(leftMs, () => timeout.abort(LATE));
    const signals = signal === undefined ? [timeout.signal] : [timeout.signal, signal];
    return { signal: AbortSignal.any(signals), stop };
  }

  #failure(reason: unknown, request: HttpRequest, signal: AbortSignal): unknown {
    request.signal?.throwIfAborted();
    if (reason instanceof MatrixError || reason instanceof MatrixUnreachable) return reason;
    const { host } = new URL(this.baseUrl);
    if (signal.reason === LATE) return new MatrixUnreachable(`${host} does not answer in time`);
    return new MatrixUnreachable(`cannot reach ${host}: ${networkReason(reason)}`, {
      ...{ cause: reason, isUnsent: isUnsent(reason) },
    });
  }

  #waitMs(reason: unknown, request: HttpRequest, attempt: number): number | undefined {
    // A stream is read once.
    if (request.bytes?.body instanceof ReadableStream) return undefined;
    if (reason instanceof MatrixError && reason.retryAfterMs !== undefined) {
      return Math.max(1, reason.retryAfterMs);
    }
    const isRepeatable = request.isRepeatable ?? request.method !== "POST";
    const isTemporary =
      reason instanceof MatrixUnreachable ||
      (reason instanceof MatrixError && TEMPORARY.has(reason.status));
    if (!isRepeatable || !isTemporary || request.bytes !== undefined) return undefined;
    if (this.isAway && attempt === 1) return undefined;
    return FIRST_RETRY_MS * 2 ** Math.min(attempt - 1, 5) * (0.5 + this.#random() / 2);
  }

  async #refusal(response: Response, request: HttpRequest): Promise<MatrixError> {
    const { status, headers } = response;
    const answer = await readJson(response, MAX_ERROR_BYTES).catch(() => ({}) as JsonObject);
    const { errcode, error, retry_after_ms, soft_logout } = answer;
    const code = oneLine(textIn(errcode) ?? "");
    const token = this.accessToken;
    const said = oneLine(textIn(error) ?? "");
    const text = token === undefined ? said : said.replaceAll(token, "…");
    const where = `${request.method} ${request.path.split("/").slice(0, 6).join("/")}`;
    const message = text === "" ? `${where} was answered ${status}${code && ` ${code}`}` : text;
    const afterMs = numberIn(retry_after_ms) ?? secondsIn(headers.get("retry-after"));
    const isLimited = code === "M_LIMIT_EXCEEDED" || status === 429;
    const retryAfterMs = isLimited ? Math.max(0, afterMs ?? DEFAULT_LIMIT_MS) : undefined;
    return new MatrixError(message, {
      ...{ status, errcode: code, retryAfterMs, isSoftLogout: soft_logout === true },
    });
  }
}

/** Neither done nor refused: what was asked for may have been done behind it. */
function isInconclusive(reason: unknown): boolean {
  if (reason instanceof MatrixError) return TEMPORARY.has(reason.status);
  return reason instanceof MatrixUnreachable && !reason.isUnsent;
}

/** A refusal stays: a server that had done it would answer a repetition as it did the first time. */
function uncertain(reason: unknown): unknown {
  const isKnown = reason instanceof MatrixError && !TEMPORARY.has(reason.status);
  if (isKnown || !(reason instanceof Error)) return reason;
  return new MatrixUncertain(reason.message, { cause: reason });
}

/** A URL drops such segments, so that an id could lead to another endpoint. */
const DOT_SEGMENT = /\/\.{1,2}(?:[/?]|$)/;
const LATE = new Error("time is up");
const MAX_ERROR_BYTES = 64 * 1024;
/** Where the server limits without saying for how long. */
const DEFAULT_LIMIT_MS = 1_000;

/** A path of encoded segments: path`/rooms/${id}/send`. */
export function path(parts: TemplateStringsArray, ...values: readonly string[]): string {
  return String.raw({ raw: parts }, ...values.map(encodeURIComponent));
}

/** Characters of an id or a token. */
const MAX_NEEDED = 4_096;

/** A short text that an answer must have. `isChange`: it answers what was to be changed. */
export function need(answer: JsonObject, name: string, isChange = false): string {
  const value = textIn(answer[name]);
  if (value === undefined || value === "" || value.length > MAX_NEEDED) {
    const lacks = `the server's answer lacks ${name}`;
    throw isChange ? new MatrixUncertain(lacks) : new MatrixUnreachable(lacks);
  }
  return value;
}

async function readJson(response: Response, maxBytes: number): Promise<JsonObject> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > maxBytes) throw new MatrixUnreachable(`an answer has more than ${maxBytes} bytes`);
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString("utf8");
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw new MatrixUnreachable(`an answer with status ${response.status} is not a JSON object`);
}

function secondsIn(header: string | null): number | undefined {
  const seconds = Number(header ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1_000 : undefined;
}

function oneLine(text: string): string {
  return text
    .slice(0, 300)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
}

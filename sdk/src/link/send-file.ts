/** Sends the bytes of a file to core, and reads them from there. */
import { SeabirdError, type SeabirdErrorCode } from "./errors.ts";
import type { ReadableFile } from "./file-source.ts";
import type { HttpAnswer, HttpRequest } from "./http-exchange.ts";

type Http = (request: HttpRequest) => Promise<HttpAnswer>;

const HTTP_OK = 200;
const HTTP_NO_CONTENT = 204;
/** Of the text of a refusal. */
const MAX_REASON_BYTES = 1_024;

/** Rejects with a SeabirdError with core's reason. `url` is a path at core's address. */
export async function sendFile(
  http: Http,
  url: string,
  { size, contentType, open }: ReadableFile,
  signal?: AbortSignal,
): Promise<void> {
  const headers = { "content-length": String(size), "content-type": contentType };
  const answer = await http({ method: "PUT", path: url, headers, body: open(), signal });
  const reason = await readReason(answer.body);
  if (answer.status !== HTTP_NO_CONTENT) throw refusal(answer.status, reason);
}

/** A file at core. */
export interface FileAtCore {
  readonly contentType: string;
  readonly sizeBytes: number;
  /** To be read to its end, or left early with `break`. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Rejects with a SeabirdError: `not_found` where it is not there any more. */
export async function readFileAtCore(
  http: Http,
  path: string,
  signal?: AbortSignal,
): Promise<FileAtCore> {
  const answer = await http({ method: "GET", path, signal });
  if (answer.status !== HTTP_OK) throw refusal(answer.status, await readReason(answer.body));
  return {
    contentType: answer.header("content-type") ?? "application/octet-stream",
    sizeBytes: Number(answer.header("content-length") ?? 0),
    body: answer.body,
  };
}

async function readReason(body: AsyncIterable<Uint8Array>): Promise<string> {
  let reason = "";
  for await (const chunk of body) {
    reason += Buffer.from(chunk).toString();
    if (reason.length > MAX_REASON_BYTES) break;
  }
  return reason.trim().slice(0, MAX_REASON_BYTES);
}

const CODES: Readonly<Record<number, SeabirdErrorCode>> = {
  404: "not_found",
  408: "deadline_exceeded",
  413: "resource_exhausted",
  503: "unavailable",
  507: "resource_exhausted",
};

function refusal(status: number, reason: string): SeabirdError {
  const code = CODES[status] ?? (status < 500 ? "invalid_argument" : "internal");
  return new SeabirdError(code, reason || `core answered with HTTP status ${status}`);
}

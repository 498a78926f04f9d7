/** Files of a homeserver, by the API with login (v1.11 of the specification). */
import { numberIn } from "../json-value.ts";
import { MatrixUnreachable } from "./matrix-error.ts";
import { type CallOptions, type MatrixHttp, need, path, type UploadBody } from "./matrix-http.ts";

export interface DownloadedMedia {
  readonly body: ReadableStream<Uint8Array>;
  /** Undefined: the server does not say. */
  readonly sizeBytes: number | undefined;
  readonly contentType: string;
}

/** Methods reject as `MatrixHttp.json` does. */
export class MatrixMedia {
  readonly #http: MatrixHttp;

  constructor(http: MatrixHttp) {
    this.#http = http;
  }

  /** The most bytes of a file; undefined: the server does not say. */
  async maxUploadBytes(options: CallOptions = {}): Promise<number | undefined> {
    const answer = await this.#http.json({
      ...options,
      method: "GET",
      path: "/_matrix/client/v1/media/config",
    });
    return numberIn(answer["m.upload.size"]);
  }

  /** Resolves with an `mxc:` url. Not repeated: a stream is read once. */
  async upload(
    file: UploadBody & { readonly name: string },
    options: CallOptions = {},
  ): Promise<string> {
    const answer = await this.#http.json({
      ...options,
      method: "POST",
      path: "/_matrix/media/v3/upload",
      query: { filename: file.name === "" ? undefined : file.name },
      bytes: file,
    });
    return need(answer, "content_uri");
  }

  /** The file of an `mxc:` url, given as its two parts; the body ends with the signal. */
  async download(
    { server, mediaId }: { readonly server: string; readonly mediaId: string },
    options: CallOptions = {},
  ): Promise<DownloadedMedia> {
    const at = path`/_matrix/client/v1/media/download/${server}/${mediaId}`;
    const response = await this.#http.open({ ...options, method: "GET", path: at });
    const { headers, body, status } = response;
    if (status !== 200 || body === null) {
      await body?.cancel();
      throw new MatrixUnreachable(`the file was answered ${status}, not 200`);
    }
    const size = headers.get("content-encoding") === null ? headers.get("content-length") : null;
    return {
      body: body as ReadableStream<Uint8Array>,
      sizeBytes: size !== null && /^\d{1,15}$/.test(size) ? Number(size) : undefined,
      contentType: headers.get("content-type") ?? "application/octet-stream",
    };
  }
}

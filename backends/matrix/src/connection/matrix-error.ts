/** A refusal by the homeserver. */

export interface MatrixErrorFields {
  /** Of HTTP. */
  readonly status: number;
  /** Such as `M_FORBIDDEN`; empty: the server gave none. */
  readonly errcode: string;
  /** Milliseconds after which it may be tried again, of `M_LIMIT_EXCEEDED`. */
  readonly retryAfterMs?: number | undefined;
  /** Of `M_UNKNOWN_TOKEN`: the device is still there, so that a login gives a new token. */
  readonly isSoftLogout?: boolean | undefined;
}

/** The message is the server's text, one line of at most 300 characters, without any token. */
export class MatrixError extends Error {
  override readonly name = "MatrixError";
  readonly status: number;
  readonly errcode: string;
  readonly retryAfterMs: number | undefined;
  readonly isSoftLogout: boolean;

  constructor(message: string, fields: MatrixErrorFields) {
    super(message);
    this.status = fields.status;
    this.errcode = fields.errcode;
    this.retryAfterMs = fields.retryAfterMs;
    this.isSoftLogout = fields.isSoftLogout === true;
  }
}

export interface MatrixUnreachableOptions extends ErrorOptions {
  /** The request has not left, such as without a connection. Default: it may have been done. */
  readonly isUnsent?: boolean | undefined;
}

/** The server cannot be reached, does not answer in time, or answers with no JSON. */
export class MatrixUnreachable extends Error {
  override readonly name: string = "MatrixUnreachable";
  readonly isUnsent: boolean;

  constructor(message: string, { isUnsent = false, ...options }: MatrixUnreachableOptions = {}) {
    super(message, options);
    this.isUnsent = isUnsent;
  }
}

/** It was asked to change something, and nobody can tell whether it has. */
export class MatrixUncertain extends MatrixUnreachable {
  override readonly name = "MatrixUncertain";
}

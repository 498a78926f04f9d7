/** Errors of the start, each with a message of one line. */
import { type BindAddress, errorMessage, formatAddress } from "@seabird-chat/runtime";

/** The token database cannot be used. */
export class DatabaseError extends Error {
  constructor(path: string, cause: unknown) {
    super(`cannot use the token database ${path}: ${errorMessage(cause)}`, { cause });
    this.name = "DatabaseError";
  }
}

const LISTEN_REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program already listens there",
  EACCES: "not allowed; ports below 1024 may need rights that this user lacks",
  EADDRNOTAVAIL: "this machine has no such address",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "no such host",
};

/** The address cannot be listened on. */
export class ListenError extends Error {
  /** The system's code, such as `EADDRINUSE`. */
  readonly code: string;

  constructor(address: BindAddress, cause: unknown) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const reason = LISTEN_REASONS[code] ?? errorMessage(cause);
    super(`cannot listen on ${formatAddress(address)}: ${reason}`, { cause });
    this.name = "ListenError";
    this.code = code;
  }
}

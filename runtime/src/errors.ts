/** Messages of thrown values, which may be of any type, and the error codes of the system. */

const MAX_CAUSES = 8;

/** Empty if it holds no message. Never throws. */
export function errorMessage(reason: unknown): string {
  if (reason === undefined || reason === null) return "";
  try {
    return String(reason instanceof Error ? reason.message : reason);
  } catch {
    // Such as an object without a prototype.
    return "";
  }
}

/** The error itself; of anything else one with its message, or with `fallback` if it has none. */
export function toError(reason: unknown, fallback: string): Error {
  return reason instanceof Error ? reason : new Error(errorMessage(reason) || fallback);
}

/** The system's code, such as `ENOENT`, of the error or the first of its causes that has one. */
export function systemErrorCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; depth < MAX_CAUSES && at instanceof Error; depth++) {
    if ("code" in at && typeof at.code === "string" && /^E[A-Z0-9_]+$/.test(at.code)) {
      return at.code;
    }
    at = at.cause;
  }
  return undefined;
}

const FILE_REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the disk is read-only",
  ENOSPC: "the disk is full",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is not a folder",
  ELOOP: "its links lead in a circle",
  ENXIO: "it is not a file",
  EEXIST: "a file of that name is in the way",
};

/** Why the system refused a file or folder: `there is no such file`. */
export function fileErrorReason(error: unknown): string {
  return FILE_REASONS[systemErrorCode(error) ?? ""] ?? errorMessage(error);
}

/** What the broker needs of the files that core keeps (docs/media.md), and what it does for them. */
import type { AbsoluteId } from "@seabird-chat/protocol";

/** A file in a backend's event. */
export interface ReportedFile {
  /** Absolute. */
  readonly id: string;
  readonly name: string;
  readonly contentType: string;
  /** Whether it is in a private conversation. */
  readonly isPrivate: boolean;
}

/** Where a file can be opened. */
export interface FileLink {
  /** A path at core's address. */
  readonly path: string;
  /** For everybody; empty: core has no public url. */
  readonly url: string;
}

export interface MediaLinks {
  /** Whether links have urls for everybody. */
  readonly hasUrls: boolean;
  /** A backend has reported a file. */
  reported(file: ReportedFile): void;
  /**
   * The link to a file that a message names by its id; begins to fetch it if it is not here.
   * `undefined`: it cannot be had, or the caller may not have it.
   */
  linkTo(attachmentId: string, caller: { readonly mayPrivate: boolean }): FileLink | undefined;
}

/**
 * Asks a backend to upload a file; resolves with its answer. Throws `unknown_backend` and
 * `unsupported` at once.
 */
export type AskForFile = (id: AbsoluteId, uploadUrl: string, timeoutMs: number) => Promise<void>;

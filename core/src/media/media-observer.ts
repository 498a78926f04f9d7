/** What media counts, for metrics. */
export interface MediaObserver {
  /** An upload ended; the status that it was answered with. */
  uploadEnded(status: number, bytes: number): void;
  /** A backend was asked for a file: `ok`, or the code of the error. */
  fileFetched(outcome: string, backendType: string): void;
  /** A file, or a range of it, was read. */
  fileServed(status: number, bytes: number): void;
}

export const silentMediaObserver: MediaObserver = {
  uploadEnded: () => {},
  fileFetched: () => {},
  fileServed: () => {},
};

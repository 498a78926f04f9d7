/** How a backend tries its connection, for `--probe` and `seabird init`. */

/** What `probe` is given. */
export interface ProbeHost {
  /** Aborted when time is up: 20 s after the settings were read. */
  readonly signal: AbortSignal;
  /** A stage begins, such as `connect`, `register` or `join`; the one before it has succeeded. */
  begin(stage: string): void;
}

export interface ProbeFailureOptions extends ErrorOptions {
  /** The setting that another value might help, such as `nick`. */
  readonly setting?: string | undefined;
  /** Another value of that setting, which is known to work, such as an address without TLS. */
  readonly suggestion?: string | undefined;
}

/** Why a probe failed, in words for the person who chose the settings. */
export class ProbeFailure extends Error {
  override readonly name = "ProbeFailure";
  readonly setting: string | undefined;
  readonly suggestion: string | undefined;

  constructor(message: string, options: ProbeFailureOptions = {}) {
    super(message, options);
    this.setting = options.setting;
    this.suggestion = options.suggestion;
  }
}

/** What `--probe` prints, as one line of JSON. */
export interface ProbeResult {
  readonly ok: boolean;
  /** Stages that succeeded, in order; `settings` is the first. */
  readonly passed: readonly string[];
  /** The stage that failed. */
  readonly failed?: string;
  /** Who answered, or what went wrong and what to do. May hold a stranger's words. */
  readonly message: string;
  /** The setting that another value might help. */
  readonly setting?: string;
  /** Another value of that setting, which is known to work. */
  readonly suggestion?: string;
}

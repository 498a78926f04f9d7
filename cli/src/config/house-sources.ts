/** What a configuration is made of. */

/** The file's name. */
export const HOUSE_FILE = "seabird.yaml";

export interface HouseFlags {
  /** `--config`: another file. Its folder is then the house's. */
  readonly config?: string | undefined;
  /** `--bind`: over `core.listen`. */
  readonly bind?: string | undefined;
  /** `--log-level`: over `log_level`. */
  readonly logLevel?: string | undefined;
}

export interface HouseSources {
  /** Where the file is looked for. */
  readonly folder: string;
  readonly flags?: HouseFlags | undefined;
  /** Default: this process's. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

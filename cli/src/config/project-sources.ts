/** What a configuration is made of. */

/** The file's name. */
export const PROJECT_FILE = "seabird.yaml";

export interface ProjectFlags {
  /** `--config`: another file. Its folder is then the project's. */
  readonly config?: string | undefined;
  /** `--bind`: over `core.listen`. */
  readonly bind?: string | undefined;
  /** `--log-level`: over `log_level`. */
  readonly logLevel?: string | undefined;
}

export interface ProjectSources {
  /** Where the file is looked for. */
  readonly folder: string;
  readonly flags?: ProjectFlags | undefined;
  /** Default: this process's. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

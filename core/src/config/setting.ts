/** What every setting of core has, and its names. */

export interface Setting {
  /** The option's name; its flag is the same in kebab-case. */
  readonly name: string;
  /** The first one wins. */
  readonly env: readonly string[];
  readonly placeholder: string;
  readonly what: string;
  /** For people; the default itself is set where the setting is read. */
  readonly byDefault: string;
  /** Whether `NAME_FILE` may name a file that holds the value instead. */
  readonly inFile: boolean;
  /** Whether it has a flag; what may be a secret has none, since arguments can be seen. */
  readonly flag: boolean;
}

/** As a setting is named in files: `maxBackends` is `max_backends`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A setting's flag, without its dashes. */
export function flagOf(name: string): string {
  return snakeCase(name).replaceAll("_", "-");
}

/** A backend's settings: checked at the start, and changed one set after the other. */
import { isDeepStrictEqual } from "node:util";
import { SeabirdError } from "../link/errors.ts";
import { checkSettings } from "../program/check-settings.ts";
import type { BackendDefinition } from "./backend.ts";
import type { Network } from "./network.ts";

export class BackendSettings<Config> {
  readonly #definition: BackendDefinition<Config>;
  /** `type/id`, for messages. */
  readonly #name: string;
  #last: Promise<void> = Promise.resolve();
  /** As given, unchecked. */
  #given: unknown;
  #config: Config;

  private constructor(
    definition: BackendDefinition<Config>,
    name: string,
    { given, config }: { readonly given: unknown; readonly config: Config },
  ) {
    this.#definition = definition;
    this.#name = name;
    this.#given = given;
    this.#config = config;
  }

  /** Throws a SettingsError. */
  static async check<Config>(
    definition: BackendDefinition<Config>,
    name: string,
    given: unknown,
  ): Promise<BackendSettings<Config>> {
    const config = await checked(definition, name, given);
    return new BackendSettings(definition, name, { given, config });
  }

  get config(): Config {
    return this.#config;
  }

  /**
   * Nothing happens if they are the same. Throws a SettingsError, or `failed_precondition` for a
   * backend that has to be restarted; the settings are then the ones before.
   */
  change(given: unknown, network: Network<Config>): Promise<void> {
    const mine = this.#last.then(() => this.#change(given, network));
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #change(given: unknown, { connection, state }: Network<Config>): Promise<void> {
    if (isDeepStrictEqual(given ?? {}, this.#given ?? {})) return;
    const next = await checked(this.#definition, this.#name, given);
    // While the network is away the next `connect` reads them.
    const isAway = connection === undefined && state.state === "waiting";
    if (!isAway && connection?.reconfigure === undefined) {
      const why = `${this.#definition.type} takes new settings by a restart only`;
      throw new SeabirdError("failed_precondition", why);
    }
    const before = this.#config;
    this.#config = next;
    try {
      await connection?.reconfigure?.(next);
      this.#given = given;
    } catch (reason) {
      this.#config = before;
      throw reason;
    }
  }
}

/** Without a schema the settings are what was given. */
async function checked<Config>(
  { config: schema }: BackendDefinition<Config>,
  name: string,
  given: unknown,
): Promise<Config> {
  return schema === undefined ? ((given ?? {}) as Config) : checkSettings(name, schema, given);
}

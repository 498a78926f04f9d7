/** Which environment variables each component gets: those of `.env`, without the secrets of others. */
import type { DotEnv } from "@seabird-chat/runtime";
import { asRecord } from "./as-record.ts";

/** Of Seabird's own settings and secrets: as variables of `.env` they reach no component. */
const OWN_NAME = /^(SEABIRD_|IRC_|BIND_HOST$|DATABASE_URL$|NODE_CHANNEL_)/;

export function isOwnVariable(name: string): boolean {
  return OWN_NAME.test(name);
}

/** What a component's `process.env` has besides, and without, what it inherits. */
export interface ComponentEnv {
  /** Of `.env`. The environment takes precedence. */
  readonly variables: DotEnv;
  /** Of the environment: the secrets of other components. */
  readonly withheld: readonly string[];
  /** The names that its own settings use. */
  readonly used: readonly string[];
}

/** The variables of `.env` that every program of a project may see. */
export function sharedVariables(dotEnv: DotEnv): DotEnv {
  return Object.fromEntries(Object.entries(dotEnv).filter(([name]) => !isOwnVariable(name)));
}

interface Use {
  /** The path of the section, such as `backends.irc/libera`. */
  readonly section: string;
  readonly name: string;
  readonly secret: boolean;
}

/** Which section of the configuration uses which variable. */
export class VariableUses {
  readonly #uses: Use[] = [];

  add(use: Use): void {
    this.#uses.push(use);
  }

  /** Those that a schema names (`x-env`) belong to the section, whether they are set or not. */
  addSchema(section: string, schema: unknown): void {
    for (const value of Object.values(asRecord(schema))) this.addSchema(section, value);
    const { "x-env": names = [], writeOnly } = asRecord(schema);
    for (const name of [names].flat()) {
      if (typeof name === "string") this.add({ section, name, secret: writeOnly === true });
    }
  }

  /** For the component of the section; what another section uses stays there. */
  envOf(section: string, dotEnv: DotEnv): ComponentEnv {
    const used = new Set(this.#uses.flatMap((use) => (use.section === section ? use.name : [])));
    const others = this.#uses.filter(({ name }) => !used.has(name));
    const kept = new Set(others.map(({ name }) => name));
    const variables = Object.entries(sharedVariables(dotEnv)).filter(([name]) => !kept.has(name));
    const secrets = new Set(others.flatMap(({ name, secret }) => (secret ? name : [])));
    return {
      variables: Object.fromEntries(variables),
      withheld: [...secrets],
      used: [...used],
    };
  }
}

/** Which environment variables each component gets: those of `.env`, without the secrets of others. */
import type { DotEnv } from "@seabird-chat/runtime";
import { asRecord } from "./as-record.ts";
import { expand } from "./expand.ts";
import { formatPath } from "./path.ts";
import type { YamlMap, YamlNode } from "./yaml-tree.ts";

/** Of Seabird's own settings and secrets: as variables of `.env` they reach no component. */
const OWN_NAME = /^(SEABIRD_|IRC_|MATRIX_|XMPP_|BIND_HOST$|DATABASE_URL$|NODE_CHANNEL_)/;

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

/** Those of the variables whose names fit. */
export function pickVariables<Value>(
  variables: Readonly<Record<string, Value>>,
  fits: (name: string) => boolean,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => fits(name)));
}

/** The variables of `.env` that every program of a project may see. */
export function sharedVariables(dotEnv: DotEnv): DotEnv {
  return pickVariables(dotEnv, (name) => !isOwnVariable(name));
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

  /** Those that the text of each section refers to, before its schema is known. */
  addReferences(top: YamlMap): void {
    for (const [name, { node }] of top.entries) {
      if (name === "core" || node.kind !== "map") this.#addNode(formatPath([name]), node);
      else {
        for (const [key, each] of node.entries) this.#addNode(formatPath([name, key]), each.node);
      }
    }
  }

  #addNode(section: string, node: YamlNode): void {
    if (node.kind === "list") for (const each of node.items) this.#addNode(section, each);
    if (node.kind === "map") {
      for (const each of node.entries.values()) this.#addNode(section, each.node);
    }
    if (node.kind !== "scalar" || typeof node.value !== "string") return;
    expand(node.value, (name) => {
      this.add({ section, name, secret: false });
      return "";
    });
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
    const others = this.ofOthers(section);
    const uses = this.#othersOf(section);
    const secrets = new Set(uses.flatMap(({ name, secret }) => (secret ? name : [])));
    return {
      variables: pickVariables(sharedVariables(dotEnv), (name) => !others.has(name)),
      withheld: [...secrets],
      used: [...new Set(this.#usedBy(section))],
    };
  }

  /** The names that other sections use, and this one does not. */
  ofOthers(section: string): ReadonlySet<string> {
    return new Set(this.#othersOf(section).map(({ name }) => name));
  }

  #othersOf(section: string): readonly Use[] {
    const used = new Set(this.#usedBy(section));
    return this.#uses.filter(({ name }) => !used.has(name));
  }

  #usedBy(section: string): readonly string[] {
    return this.#uses.filter((use) => use.section === section).map(({ name }) => name);
  }
}

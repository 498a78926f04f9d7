/** The parts of a house as processes: what each is given, and how. */
import type { House, HousePart } from "../config/house.ts";
import { LIMITS } from "../limits.ts";
import type { PartOutput, PartSpec } from "./part.ts";
import { CORE_ENV, cleanEnv } from "./plan.ts";
import { createRunToken, extraTokens, type RunToken } from "./run-tokens.ts";
import { handoverFd } from "./spawning.ts";

export const CORE = "core";
const ROOM_TYPE = "terminal";

/** A part that talks to a person, and needs a terminal for it. */
export function isRoom(part: HousePart): boolean {
  return part.kind === "backend" && part.type === ROOM_TYPE;
}

export interface HouseSurroundings {
  readonly coreBin: string;
  readonly env: NodeJS.ProcessEnv;
  /** Core's address, asked at each start of a part. */
  url(): string;
  /** `host:port` for core, asked at each of its starts. */
  bind(): string;
  output(part: string): PartOutput;
}

/** What parts are told while they run; core understands `extraTokens` too. */
export interface SettingsMessage {
  readonly type: "settings";
  readonly settings?: HousePart["settings"];
  readonly logLevel: string;
  readonly extraTokens?: string;
}

export class HouseParts {
  readonly #around: HouseSurroundings;
  readonly #tokens = new Map<string, RunToken>();

  constructor(around: HouseSurroundings) {
    this.#around = around;
  }

  /** The processes of a house's parts; tokens of those that are no more are forgotten. */
  specsOf(house: House): ReadonlyMap<string, PartSpec> {
    const names = new Set(house.parts.map(({ name }) => name));
    for (const name of this.#tokens.keys()) if (!names.has(name)) this.#tokens.delete(name);
    return new Map(house.parts.map((part) => [part.name, this.#specOf(part, house)]));
  }

  /** Undefined if core runs elsewhere. */
  coreOf(house: House): PartSpec | undefined {
    const { core } = house;
    if (core.kind === "remote") return undefined;
    const around = this.#around;
    return {
      name: CORE,
      kind: "core",
      script: around.coreBin,
      args: [],
      cwd: house.folder,
      output: around.output(CORE),
      env: () => ({
        ...withoutCoreEnv(cleanEnv(around.env)),
        ...core.env,
        SEABIRD_LOG_LEVEL: core.logLevel,
        SEABIRD_BIND_HOST: around.bind(),
        SEABIRD_EXTRA_TOKENS: this.extraTokens(),
      }),
    };
  }

  /** The hashes of all tokens, for core. */
  extraTokens(): string {
    return extraTokens([...this.#tokens.values()]);
  }

  #specOf(part: HousePart, house: House): PartSpec {
    const around = this.#around;
    const output: PartOutput = isRoom(part) ? { to: "terminal" } : around.output(part.name);
    const token = this.#tokenOf(part, house);
    const local = house.core.kind === "own" ? { retryMaxMs: LIMITS.partRetryMaxMs } : {};
    const room = isRoom(part) ? ["--leave-in-turn"] : [];
    return {
      name: part.name,
      kind: part.kind,
      script: part.script,
      args: [...part.args, "--handover", String(handoverFd(isRoom(part))), ...room],
      cwd: house.folder,
      output,
      env: () => cleanEnv(around.env),
      handover: () =>
        JSON.stringify({
          url: around.url(),
          token,
          ...(part.id === undefined ? {} : { id: part.id }),
          settings: part.settings,
          logLevel: levelOf(part),
          ...local,
        }),
    };
  }

  /** The same for as long as the part has the same rights: what core calls its `sender`. */
  #tokenOf({ name, scopes }: HousePart, { core }: House): string {
    if (core.kind === "remote") return core.token;
    const known = this.#tokens.get(name);
    if (known !== undefined && known.scopes.join() === scopes.join()) return known.secret;
    const token = createRunToken(name, scopes);
    this.#tokens.set(name, token);
    return token.secret;
  }
}

/** What the room logs stands above its prompt: of that a person wants what is serious only. */
export function levelOf(part: HousePart): string {
  return isRoom(part) && part.logLevel !== "error" ? "warn" : part.logLevel;
}

/** With a house, core's settings are those that were read with it, and no others. */
function withoutCoreEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign = ([name]: [string, unknown]) =>
    !/^(SEABIRD_|LOG_)/.test(name) && !CORE_ENV.test(name);
  return Object.fromEntries(Object.entries(env).filter(foreign));
}

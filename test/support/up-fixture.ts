/** `seabird up` with a house from `house.json`, whose parts are fixtures and core is the real one. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CliError } from "../../cli/src/cli-error.ts";
import type { House, HousePart } from "../../cli/src/config/house.ts";
import { Output } from "../../cli/src/output.ts";
import { upHouse } from "../../cli/src/supervise/up-house.ts";

const FIXTURE = join(import.meta.dirname, "part-fixture.mjs");

/** What a test writes down of a house. */
export interface HouseFile {
  readonly listen?: string;
  readonly logLevel?: House["logLevel"];
  readonly coreEnv?: Readonly<Record<string, string>>;
  readonly parts: readonly (Pick<HousePart, "name" | "kind" | "settings"> &
    Partial<Pick<HousePart, "logLevel" | "scopes">>)[];
}

async function load(): Promise<House> {
  const folder = process.cwd();
  const file = join(folder, "house.json");
  const text = readFileSync(file, "utf8");
  if (!text.startsWith("{")) throw new CliError(78, "house.json:1:1: it is no house");
  const {
    listen = "127.0.0.1:0",
    logLevel = "info",
    coreEnv = {},
    parts,
  }: HouseFile = JSON.parse(text);
  return {
    file,
    folder,
    core: { kind: "own", listen, logLevel, settings: coreEnv, env: coreEnv },
    logLevel,
    warnings: [],
    origins: [],
    parts: parts.map((part) => ({
      path: `parts.${part.name}`,
      script: FIXTURE,
      args: [],
      scopes: ["plugin"],
      logLevel,
      liveKeys: ["live", "refuse"],
      description: { name: part.name, commands: {}, settings: null },
      ...part,
    })),
  };
}

try {
  process.exitCode = await upHouse({ load, output: new Output(true), terminal: false });
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
}

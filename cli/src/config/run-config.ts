/** What `seabird config check|schema|show` do; loaded when asked for, since it takes a while. */
import { dirname, relative, resolve } from "node:path";
import { type Output, styleError } from "../output.ts";
import { describer } from "./describe-part.ts";
import { type House, problemLine } from "./house.ts";
import { schemaFor, writeSchema } from "./house-schema-file.ts";
import { HOUSE_FILE, type HouseFlags } from "./house-sources.ts";
import { loadHouse } from "./load-house.ts";
import type { Origin } from "./origin.ts";

/** Throws HouseProblems. */
export async function check(flags: HouseFlags, output: Output): Promise<void> {
  const house = await loadHouse({ folder: process.cwd(), flags });
  warn(house, output);
  const parts = house.parts.map(({ name, kind, path }) => ({ name, kind, path }));
  const core = house.core.kind === "own" ? { listen: house.core.listen } : { url: house.core.url };
  const document = { file: house.file, core, parts, warnings: house.warnings };
  output.result(document, () => {
    output.line(`${output.style("green", "✔")} ${nameOf(house)} is fine. It runs:`);
    const where = "listen" in core ? `listens on ${core.listen}` : `runs at ${core.url}`;
    output.pairs([["core", where], ...parts.map(({ name, kind }) => [name, kind] as const)]);
  });
}

/** Throws HouseProblems. */
export async function show(flags: HouseFlags, output: Output): Promise<void> {
  const house = await loadHouse({ folder: process.cwd(), flags });
  warn(house, output);
  const rows = house.origins.map(({ path, value, secret, origin }) => ({
    path,
    value: secret ? value : (JSON.parse(value) as unknown),
    secret,
    from: originWords(origin, nameOf(house)),
  }));
  output.result({ file: house.file, values: rows }, () => {
    output.table({
      columns: ["setting", "value", "from"],
      rows: house.origins.map(({ path, value }, index) => [path, value, rows[index]?.from ?? ""]),
      empty: "nothing is set",
    });
  });
}

function originWords(origin: Origin, file: string): string {
  if (origin.from === "default") return "default";
  if (origin.from === "flag") return `flag ${origin.name}`;
  if (origin.from !== "file") return `${origin.from} ${origin.name}`;
  const line = `${file}:${origin.place.line}`;
  return origin.file === undefined ? line : `${origin.file} (${line})`;
}

export interface SchemaOptions extends HouseFlags {
  readonly stdout?: boolean;
}

export async function schema({ stdout, ...flags }: SchemaOptions, output: Output): Promise<void> {
  const file = resolve(flags.config ?? HOUSE_FILE);
  const describe = describer(dirname(file));
  const tellMissing = (missing: readonly string[]) => {
    for (const each of missing) output.remark(`${styleError("yellow", "left out:")} ${each}`);
  };
  if (stdout === true) {
    const made = await schemaFor(file, describe);
    tellMissing(made.missing);
    output.document(made.schema);
    return;
  }
  const written = await writeSchema(file, describe);
  tellMissing(written.missing);
  output.result(written, () => {
    output.line(written.path);
    output.remark("The file's first line tells the editor:");
    output.remark("  # yaml-language-server: $schema=.seabird/schema.json");
  });
}

function warn({ warnings }: House, output: Output): void {
  for (const warning of warnings) {
    output.remark(`${styleError("yellow", "warning:")} ${problemLine(warning)}`);
  }
}

function nameOf({ file }: House): string {
  const path = relative(process.cwd(), file);
  return path.startsWith("..") ? file : path;
}

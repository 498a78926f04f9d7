/** What `seabird config check|schema|show` do; loaded when asked for, since it takes a while. */
import { dirname, relative, resolve } from "node:path";
import { type Output, styleError } from "../terminal/output.ts";
import { describer } from "./describe-component.ts";
import { loadProject } from "./load-project.ts";
import type { Origin } from "./path.ts";
import { PROJECT_FILE, type ProjectConfig, type ProjectFlags, problemLine } from "./project.ts";
import { schemaFor, writeSchema } from "./project-schema-file.ts";

/** Throws ProjectProblems. */
export async function check(flags: ProjectFlags, output: Output): Promise<void> {
  const project = await loadProject({ folder: process.cwd(), flags });
  warn(project, output);
  const components = project.components.map(({ name, kind, path }) => ({ name, kind, path }));
  const core =
    project.core.kind === "own" ? { listen: project.core.listen } : { url: project.core.url };
  const document = { file: project.file, core, components, warnings: project.warnings };
  output.result(document, () => {
    output.line(`${output.style("green", "✔")} ${nameOf(project)} is fine. It runs:`);
    const where = "listen" in core ? `listens on ${core.listen}` : `runs at ${core.url}`;
    output.pairs([["core", where], ...components.map(({ name, kind }) => [name, kind] as const)]);
  });
}

/** Throws ProjectProblems. */
export async function show(flags: ProjectFlags, output: Output): Promise<void> {
  const project = await loadProject({ folder: process.cwd(), flags });
  warn(project, output);
  const rows = project.origins.map(({ path, value, secret, origin }) => ({
    path,
    value: secret ? value : (JSON.parse(value) as unknown),
    secret,
    from: originWords(origin, nameOf(project)),
  }));
  output.result({ file: project.file, values: rows }, () => {
    output.table({
      columns: ["setting", "value", "from"],
      rows: project.origins.map(({ path, value }, index) => [path, value, rows[index]?.from ?? ""]),
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

export interface SchemaOptions extends ProjectFlags {
  readonly stdout?: boolean;
}

export async function schema({ stdout, ...flags }: SchemaOptions, output: Output): Promise<void> {
  const file = resolve(flags.config ?? PROJECT_FILE);
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

function warn({ warnings }: ProjectConfig, output: Output): void {
  for (const warning of warnings) {
    output.remark(`${styleError("yellow", "warning:")} ${problemLine(warning)}`);
  }
}

function nameOf({ file = "" }: ProjectConfig): string {
  const path = relative(process.cwd(), file);
  return path.startsWith("..") ? file : path;
}

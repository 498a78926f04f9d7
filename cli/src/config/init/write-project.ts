/** Writes what `seabird init` found out. Secrets go into files of their own. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { EXIT, fileErrorReason } from "@seabird-chat/runtime";
import { Document, parseDocument } from "yaml";
import { CliError } from "../../process/cli-error.ts";
import { asRecord } from "../as-record.ts";
import { readConfigFile } from "../load-project.ts";
import { PROJECT_FILE } from "../project.ts";
import { addBackend, contentOf } from "./add-backend.ts";
import { nested, type Settings } from "./questions.ts";

export interface InitAnswers {
  readonly backend: BackendAnswers | undefined;
  /** Names of our plugins. */
  readonly plugins: readonly string[];
}

export interface BackendAnswers {
  readonly type: string;
  readonly id: string;
  readonly settings: Settings;
  /** The keys of those that are secrets. */
  readonly secrets: ReadonlySet<string>;
}

export interface Written {
  readonly file: string;
  readonly secrets: readonly string[];
  /** Lines added to `.gitignore`. */
  readonly ignored: readonly string[];
}

interface Secret {
  /** Relative to the folder, as the configuration has it. */
  readonly path: string;
  readonly text: string;
}

interface Draft {
  readonly yaml: string;
  readonly secrets: readonly Secret[];
}

const IGNORED = [".seabird/", "secrets/", ".env"];
const SCHEMA_LINE = " yaml-language-server: $schema=.seabird/schema.json";
const OWNER_ONLY = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

/** Throws a CliError if one of the files is there already. Reads and writes nothing else. */
export function refuseToOverwrite(folder: string, paths: readonly string[]): void {
  const there = paths.filter((path) => existsSync(join(folder, path)));
  if (there.length === 0) return;
  const verb = there.length === 1 ? "is" : "are";
  throw new CliError(
    EXIT.usage,
    `${there.join(" and ")} ${verb} there already; nothing was written`,
    "--force replaces them, `seabird config check` looks at what is there",
  );
}

/** `replace`: what is there; `add`: to it; else it is an error that a file is there. */
export type WriteMode = "new" | "add" | "replace";

/** Throws a CliError if a file is there already and the mode does not allow it, or cannot be written. */
export function writeProject(folder: string, answers: InitAnswers, mode: WriteMode): Written {
  const force = mode === "replace";
  const draft = mode === "add" ? addedTo(folder, answers.backend) : draftOf(answers);
  const secrets = draft.secrets.map(({ path }) => path);
  if (!force) refuseToOverwrite(folder, mode === "add" ? secrets : [PROJECT_FILE, ...secrets]);
  try {
    for (const { path, text } of draft.secrets) writeSecret(join(folder, path), text, force);
    writeFileSync(join(folder, PROJECT_FILE), draft.yaml, { flag: mode === "new" ? "wx" : "w" });
    const ignored = addToGitignore(join(folder, ".gitignore"));
    return { file: PROJECT_FILE, secrets: draft.secrets.map(({ path }) => path), ignored };
  } catch (error) {
    throw new CliError(EXIT.failed, `cannot write in ${folder}: ${fileErrorReason(error)}`);
  }
}

/** The networks of the project's file, such as `irc/libera`. Throws a CliError if it has mistakes. */
export function networksIn(folder: string): readonly string[] {
  const content = contentOf(parseDocument(readProjectText(folder)));
  if (content !== undefined) return Object.keys(asRecord(content["backends"]));
  throw new CliError(
    EXIT.config,
    `${PROJECT_FILE} has mistakes; nothing was written`,
    "`seabird config check` lists them",
  );
}

function readProjectText(folder: string): string {
  return readConfigFile(join(folder, PROJECT_FILE), PROJECT_FILE);
}

/** The project's file with one more network. */
function addedTo(folder: string, backend: BackendAnswers | undefined): Draft {
  const text = readProjectText(folder);
  const secrets: Secret[] = [];
  const entries = backend === undefined ? {} : backendsOf(backend, secrets);
  for (const [key, settings] of Object.entries(entries)) {
    const yaml = addBackend(text, key, settings);
    if (yaml !== undefined) return { yaml, secrets };
    throw new CliError(
      EXIT.usage,
      `${key} cannot be added to ${PROJECT_FILE} as that is written; nothing was written`,
      "write it there yourself, below `backends`",
    );
  }
  return { yaml: text, secrets };
}

function draftOf({ backend, plugins }: InitAnswers): Draft {
  const secrets: Secret[] = [];
  const content = {
    core: { listen: "127.0.0.1:11235" },
    ...(backend === undefined ? {} : { backends: backendsOf(backend, secrets) }),
    plugins: Object.fromEntries(plugins.map((name) => [name, {}])),
  };
  const document = new Document(content);
  if (document.contents !== null) document.contents.commentBefore = SCHEMA_LINE;
  return { yaml: document.toString({ lineWidth: 100 }), secrets };
}

function backendsOf(
  { type, id, settings, secrets: secretKeys }: BackendAnswers,
  secrets: Secret[],
): Record<string, object> {
  const entries = [...settings].map(([key, value]) => {
    if (!secretKeys.has(key)) return [key, value] as const;
    const path = `./secrets/${[type, id, ...key.split(".")].join("-")}`;
    secrets.push({ path, text: String(value) });
    return [`${key}_file`, path] as const;
  });
  return { [`${type}/${id}`]: nested(new Map(entries)) };
}

function writeSecret(path: string, text: string, force: boolean): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
  // One that is there may be open to others, and so may its folder.
  if (force && existsSync(path)) chmodSync(path, OWNER_ONLY);
  writeFileSync(path, `${text}\n`, { mode: OWNER_ONLY, flag: force ? "w" : "wx" });
}

/** Only the lines that are not there yet. */
function addToGitignore(path: string): readonly string[] {
  const before = existsSync(path) ? readFileSync(path, "utf8") : "";
  const lines = before.split(/\r?\n/).map((line) => line.trim().replace(/^\//, ""));
  const missing = IGNORED.filter(
    (each) => !lines.includes(each) && !lines.includes(each.replace(/\/$/, "")),
  );
  if (missing.length === 0) return [];
  const gap = before === "" || before.endsWith("\n") ? "" : "\n";
  writeFileSync(path, `${before}${gap}${missing.join("\n")}\n`);
  return missing;
}

/**
 * What programs answered to `--describe` at an earlier start, so that a start need not run each of
 * them twice. An answer is kept for as long as the modules that the program loaded, its environment
 * and Node stay what they were. What a program reads by itself, such as a file of its own, is not
 * watched: settings that depend on it take effect when one of its modules changes.
 */
import { createHash } from "node:crypto";
import { renameSync, statSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { type DotEnv, readTextFile } from "@seabird-chat/runtime";
import type { Program } from "../process/run-program.ts";
import { ensureOwnFolder, folderProblem } from "../supervise/own-folder.ts";
import { asRecord } from "./as-record.ts";

/** Node's flags for a program whose answer is to be kept. */
export const LIST_MODULES: readonly string[] = [
  "--import",
  new URL(`./list-modules${extname(import.meta.url)}`, import.meta.url).href,
];
/** As `list-modules.ts` writes it: one of the program, and one of each worker or fork that it starts. */
const MODULES_LINES = /\nseabird-modules (.*)\n/g;
/** An answer, which is bounded itself, and the files that it came from. A larger file is not read. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;
/** A file that changed so shortly before may have changed after it was read. */
const SETTLE_MS = 50;
/** They differ between shells, and between npm and npx, with nothing changed for a program. */
const VOLATILE_ENV =
  /^(npm_|_$|SHLVL$|(OLD)?PWD$|INIT_CWD$|PATH$|NODE$|COLOR$|EDITOR$|TERM(INFO|_PROGRAM(_VERSION)?|_SESSION_ID)?$|COLORTERM$|COLUMNS$|LINES$|WINDOWID$|SSH_|XDG_|INVOCATION_ID$|JOURNAL_STREAM$)/;

export interface Question {
  readonly program: Program;
  readonly inherited: NodeJS.ProcessEnv;
  /** Of `.env`. */
  readonly variables: DotEnv;
}

export class DescriptionCache {
  readonly #folder: string;
  readonly #folders: readonly string[];

  /** `own`: the project's `.seabird`. One that others can write in is left alone. */
  constructor(own: string) {
    this.#folder = join(own, "descriptions");
    this.#folders = [own, this.#folder];
  }

  /** The answer, unchecked; undefined if the program has to be asked. */
  find(question: Question): unknown {
    try {
      if (this.#folders.some((folder) => folderProblem(folder) !== undefined)) return undefined;
      const kept = asRecord(JSON.parse(readTextFile(this.#path(question), MAX_KEPT_BYTES).text));
      if (kept["asked"] !== identify(question)) return undefined;
      const files = Object.entries(asRecord(kept["files"]));
      return files.every(([path, stamp]) => stampOf(path).text === stamp)
        ? kept["answer"]
        : undefined;
    } catch {
      return undefined;
    }
  }

  /** `stderr`: with the lines of `list-modules.ts`. Where nothing can be written, nothing is kept. */
  keep(question: Question, answer: unknown, { stderr, askedAtMs }: Asked): void {
    try {
      const stamps = filesOf(stderr).map((path) => [path, stampOf(path)] as const);
      if (stamps.some(([, { changedMs }]) => changedMs > askedAtMs - SETTLE_MS)) return;
      const files = Object.fromEntries(stamps.map(([path, { text }]) => [path, text]));
      const path = this.#path(question);
      for (const folder of this.#folders) ensureOwnFolder(folder);
      const fresh = `${path}.${process.pid}`;
      const content = JSON.stringify({ asked: identify(question), answer, files });
      writeFileSync(fresh, content, { mode: 0o600 });
      renameSync(fresh, path);
    } catch {
      // It is asked again at the next start.
    }
  }

  #path({ program }: Question): string {
    const name = digest([program.script, ...program.args]).slice(0, 32);
    return join(this.#folder, `${name}.json`);
  }
}

export interface Asked {
  readonly stderr: string;
  /** Milliseconds since 1970. */
  readonly askedAtMs: number;
}

/** What the program wrote to standard error itself. */
export function withoutModules(stderr: string): string {
  return stderr.replaceAll(MODULES_LINES, "");
}

/** Throws if the program did not end with a list of them. */
function filesOf(stderr: string): readonly string[] {
  const lists = [...stderr.matchAll(MODULES_LINES)].map(([, list = ""]) => JSON.parse(list));
  if (lists.length === 0) throw new Error("no list of modules");
  return [...new Set(lists.flat())];
}

/** npm gives every file the same time of change, so that the time of its writing counts too. */
function stampOf(path: string): { readonly text: string; readonly changedMs: number } {
  const { size, mtimeMs, ctimeMs } = statSync(path);
  return { text: `${size} ${mtimeMs} ${ctimeMs}`, changedMs: Math.max(mtimeMs, ctimeMs) };
}

/** All but files that an answer depends on; a digest, since the environment may hold secrets. */
function identify({ program, inherited, variables }: Question): string {
  const stable = Object.entries(inherited).filter(([name]) => !VOLATILE_ENV.test(name));
  const own = Object.entries(variables);
  return digest([process.version, process.execPath, program, stable.sort(), own.sort()]);
}

function digest(of: unknown): string {
  return createHash("sha256").update(JSON.stringify(of)).digest("hex");
}

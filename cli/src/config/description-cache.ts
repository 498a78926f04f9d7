/**
 * What programs answered to `--describe` at an earlier start, so that a start need not run each of
 * them twice. An answer is kept for as long as the modules that the program loaded, its environment
 * and Node stay what they were. What a program reads by itself, such as a file of its own, is not
 * watched: settings that depend on it take effect when one of its modules changes.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Program } from "../process/run-program.ts";
import { folderProblem } from "../supervise/own-folder.ts";
import { asRecord } from "./as-record.ts";

/** Node's flags for a program whose answer is to be kept. */
export const LIST_MODULES: readonly string[] = [
  "--import",
  new URL(`./list-modules${extname(import.meta.url)}`, import.meta.url).href,
];
/** As `list-modules.ts` writes it. */
const MODULES_LINE = /\nseabird-modules (.*)\n$/;
/** A file that changed so shortly before may have changed after it was read. */
const SETTLE_MS = 50;
/** They differ between shells, and between npm and npx, with nothing changed for a program. */
const VOLATILE_ENV =
  /^(npm_|_$|SHLVL$|(OLD)?PWD$|INIT_CWD$|PATH$|NODE$|COLOR$|EDITOR$|TERM|COLUMNS$|LINES$|WINDOWID$|SSH_|XDG_|INVOCATION_ID$|JOURNAL_STREAM$)/;

export interface Question {
  readonly program: Program;
  readonly env: NodeJS.ProcessEnv;
}

export class DescriptionCache {
  readonly #own: string;

  /** `own`: the project's `.seabird`. One that others can write in is left alone. */
  constructor(own: string) {
    this.#own = own;
  }

  /** The answer, unchecked; undefined if the program has to be asked. */
  find(question: Question): unknown {
    try {
      const kept = asRecord(JSON.parse(readFileSync(this.#path(question), "utf8")));
      if (kept["asked"] !== identify(question) || folderProblem(this.#own)) return undefined;
      const files = Object.entries(asRecord(kept["files"]));
      return files.every(([path, stamp]) => stampOf(path).text === stamp)
        ? kept["answer"]
        : undefined;
    } catch {
      return undefined;
    }
  }

  /** `stderr`: with the line of `list-modules.ts`. Where nothing can be written, nothing is kept. */
  keep(question: Question, answer: unknown, { stderr, askedAtMs }: Asked): void {
    try {
      const stamps = filesOf(stderr).map((path) => [path, stampOf(path)] as const);
      if (stamps.some(([, { changedMs }]) => changedMs > askedAtMs - SETTLE_MS)) return;
      const files = Object.fromEntries(stamps.map(([path, { text }]) => [path, text]));
      const path = this.#path(question);
      mkdirSync(join(this.#own, FOLDER), { recursive: true, mode: 0o700 });
      if (folderProblem(this.#own)) return;
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
    return join(this.#own, FOLDER, `${name}.json`);
  }
}

const FOLDER = "descriptions";

export interface Asked {
  readonly stderr: string;
  /** Milliseconds since 1970. */
  readonly askedAtMs: number;
}

/** What the program wrote to standard error itself. */
export function withoutModules(stderr: string): string {
  return stderr.replace(MODULES_LINE, "");
}

/** Of an installed package its manifest: packages are replaced as a whole. */
function filesOf(stderr: string): readonly string[] {
  const [, list = ""] = MODULES_LINE.exec(stderr) ?? [];
  const urls = (JSON.parse(list) as readonly string[]).filter((url) => url.startsWith("file:"));
  const files = urls.map((url) => {
    const path = fileURLToPath(url);
    const [, installed] = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)/.exec(path) ?? [];
    return installed === undefined ? path : join(installed, "package.json");
  });
  return [...new Set(files)];
}

/** npm gives every file the same time of change, so that the time of its writing counts too. */
function stampOf(path: string): { readonly text: string; readonly changedMs: number } {
  const { size, mtimeMs, ctimeMs } = statSync(path);
  return { text: `${size} ${mtimeMs} ${ctimeMs}`, changedMs: Math.max(mtimeMs, ctimeMs) };
}

/** All but files that an answer depends on; a digest, since the environment may hold secrets. */
function identify({ program, env }: Question): string {
  const variables = Object.entries(env).filter(([name]) => !VOLATILE_ENV.test(name));
  return digest([process.version, process.execPath, program, variables.sort()]);
}

function digest(of: unknown): string {
  return createHash("sha256").update(JSON.stringify(of)).digest("hex");
}

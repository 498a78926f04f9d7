/** Gathers what is wrong in one file, so that all of it is reported together. */
import { safeText } from "../terminal/safe-text.ts";
import { formatPath, type Path, type Place } from "./path.ts";
import { type Problem, ProjectProblems } from "./project.ts";

/** Problems that are listed; more are counted. */
const MAX_CONFIG_PROBLEMS = 100;

export class ProblemList {
  readonly #file: string;
  readonly #problems: Problem[] = [];
  readonly #settled = new Set<string>();
  readonly #sections = new Map<string, string>();

  /** `file`: as a person would name it. */
  constructor(file: string) {
    this.#file = file;
  }

  get isEmpty(): boolean {
    return this.#problems.length === 0;
  }

  /** What is reported of that path from now on only repeats what is known: it is left out. */
  settle(path: Path): void {
    this.#settled.add(formatPath(path));
  }

  add({ line, col }: Place, path: Path, message: string): void {
    if (this.#settled.has(formatPath(path))) return;
    // Keys and values are whatever stands in the file.
    const [where, what] = [safeText(formatPath(path)), safeText(message)];
    this.#problems.push({ file: this.#file, line, col, path: where, message: what });
  }

  /**
   * Whether a value of that source, such as a variable, is reported by this section: by the first
   * one only, since several sections may take the same value.
   */
  reports(source: string, section: Path): boolean {
    const own = formatPath(section);
    const first = this.#sections.get(source) ?? own;
    this.#sections.set(source, first);
    return first === own;
  }

  /** In the order of the file. */
  list(): readonly Problem[] {
    return this.#problems.toSorted((a, b) => a.line - b.line || a.col - b.col);
  }

  /** Throws ProjectProblems if there are any. */
  throwIfAny(): void {
    if (this.isEmpty) return;
    const all = this.list();
    const told = all.slice(0, MAX_CONFIG_PROBLEMS);
    const last = told.at(-1);
    if (last === undefined || told.length === all.length) throw new ProjectProblems(all);
    const message = `and ${all.length - told.length} more problems from here on`;
    throw new ProjectProblems([...told, { ...last, path: "", message }]);
  }
}

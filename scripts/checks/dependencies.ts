/** Every runtime dependency has its sentence, and is pinned. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Check } from "./check.ts";
import { trackedFiles } from "./tracked-files.ts";

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}

export const dependencies: Check = {
  name: "dependencies",
  that: "every dependency is pinned and has its sentence in docs/dependencies.md",
  async find(root) {
    const manual = await readFile(join(root, "docs", "dependencies.md"), "utf8");
    const problems: string[] = [];
    const used = new Set<string>();
    for (const path of (await trackedFiles(root)).filter(
      (file) => /(^|\/)package\.json$/.test(file) && !file.includes("/templates/"),
    )) {
      const manifest = JSON.parse(await readFile(join(root, path), "utf8")) as Manifest;
      const all = { ...manifest.dependencies, ...manifest.devDependencies };
      for (const [name, version] of Object.entries(all)) {
        if (!/^\d/.test(version)) problems.push(`${path}: ${name} is "${version}", not pinned`);
        if (/^@seabird-chat\//.test(name)) continue;
        used.add(name);
      }
    }
    const named = new Set([...manual.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name ?? ""));
    for (const name of used.difference(named))
      problems.push(`${name} has no row in docs/dependencies.md`);
    for (const name of named.difference(used))
      problems.push(`docs/dependencies.md names ${name}, which nothing uses`);
    return problems;
  },
};

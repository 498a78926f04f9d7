/**
 * The lock file names every package that any platform may need. npm leaves out those that it could
 * not look up, and `npm ci` then refuses the whole file.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Check } from "./check.ts";

interface LockEntry {
  readonly optionalDependencies?: Record<string, string>;
}

export const lockFile: Check = {
  name: "lock-file",
  that: "the lock file is whole, for every platform",
  async find(root) {
    const text = await readFile(join(root, "package-lock.json"), "utf8");
    const { packages } = JSON.parse(text) as { packages: Record<string, LockEntry> };
    const present = new Set(
      Object.keys(packages).map((path) => path.split("node_modules/").at(-1)),
    );
    return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !present.has(name))
        .map((name) => `package-lock.json lacks ${name}, which ${path} may need elsewhere`),
    );
  },
};

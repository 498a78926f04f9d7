/** Core's version. */
import { readFileSync } from "node:fs";

interface Manifest {
  readonly version: string;
}

/** Core's version, from its package. */
export function readVersion(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as Manifest).version;
}

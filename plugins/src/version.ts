/** Which Seabird these plugins belong to. */
import { readFileSync } from "node:fs";

export function version(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  const manifest: unknown = JSON.parse(text);
  const isManifest = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return `Seabird ${isManifest ? String(manifest.version) : "?"} on Node ${process.versions.node}`;
}

/** Which edition of the SDK this is. */
import { readFileSync } from "node:fs";

/** Such as `0.1.0`. */
export function sdkVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const manifest: unknown = JSON.parse(text);
  const isManifest = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return isManifest ? String(manifest.version) : "unknown";
}

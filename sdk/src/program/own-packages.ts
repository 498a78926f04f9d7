/**
 * Lets a file anywhere on the disk import Seabird: where its folder has no copy of a package of
 * ours, the one that runs the file is taken. So a bot can be a single file.
 */
import { findPackageJSON, registerHooks } from "node:module";

/** What such a file may import without having it. */
const OWN = /^(?:@seabird\/(?:sdk|protocol|testkit)|zod)(?:\/|$)/;

let registered = false;

/** Idempotent; for the rest of the process. */
export function resolveOwnPackages(): void {
  if (registered) return;
  registered = true;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const found = OWN.test(specifier) ? orOwn() : nextResolve(specifier, context);
      return isTypeless(found) ? { ...found, format: "module-typescript" } : found;

      function orOwn() {
        try {
          return nextResolve(specifier, context);
        } catch (reason) {
          if (!isNotFound(reason)) throw reason;
          return nextResolve(specifier, { ...context, parentURL: import.meta.url });
        }
      }
    },
  });
}

function isNotFound(reason: unknown): boolean {
  return reason instanceof Error && "code" in reason && reason.code === "ERR_MODULE_NOT_FOUND";
}

/** TypeScript in a folder without package.json: Node would read it twice, and warn. */
function isTypeless({ url, format }: { url: string; format?: string | null | undefined }): boolean {
  if (!url.startsWith("file:") || !url.endsWith(".ts") || typeof format === "string") return false;
  return findPackageJSON(url) === undefined;
}

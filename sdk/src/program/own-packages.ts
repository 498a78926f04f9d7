/**
 * Lets a file anywhere on the disk import Seabird: where its folder has no copy of a package of
 * ours, the one that runs the file is taken. So a bot can be a single file, wherever it lies:
 * TypeScript is read as ES modules even where a `package.json` says otherwise, as the one that
 * `npm init` writes.
 */
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { sendToSupervisor } from "@seabird-chat/runtime";

/** What such a file may import without having it. */
const OWN = /^(?:@seabird-chat\/[^/]+|zod)(?:\/|$)/;

let registered = false;

/** Idempotent; for the rest of the process. */
export function resolveOwnPackages(): void {
  if (registered) return;
  registered = true;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const found = OWN.test(specifier) ? orOwn() : nextResolve(specifier, context);
      tellFile(found.url);
      const isImport = context.conditions.includes("import");
      return isImport && isSource(found.url) ? { ...found, format: "module-typescript" } : found;

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

/** To `seabird plugin --watch`, which runs the program again when the file changes. */
function tellFile(url: string): void {
  if (process.env["SEABIRD_TELL_FILES"] === undefined) return;
  if (!url.startsWith("file:") || url.includes("/node_modules/")) return;
  sendToSupervisor({ type: "file", path: fileURLToPath(url) });
}

function isNotFound(reason: unknown): boolean {
  return reason instanceof Error && "code" in reason && reason.code === "ERR_MODULE_NOT_FOUND";
}

function isSource(url: string): boolean {
  return url.startsWith("file:") && url.endsWith(".ts") && !url.includes("/node_modules/");
}

/**
 * Preloaded into a program that describes itself (`node --import`): writes which files it loaded, as a
 * line of standard error, when it ends well. A program that its answer cannot be kept for writes none.
 */
import { writeSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const STANDARD_ERROR = 2;
/** Before the list, which is JSON. */
const MODULES_MARK = "\nseabird-modules ";
const INSTALLED = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)/;
const files = new Set<string>();
let isComplete = true;

registerHooks({
  resolve(specifier, context, nextResolve) {
    try {
      return nextResolve(specifier, context);
    } catch (error) {
      // It goes on without that module, and may find it the next time.
      if (!INSTALLED.test(context.parentURL ?? "")) isComplete = false;
      throw error;
    }
  },
  load(url, context, nextLoad) {
    if (url.startsWith("file:")) files.add(watchedFile(fileURLToPath(url)));
    return nextLoad(url, context);
  },
});
process.on("exit", (code) => {
  if (code === 0 && isComplete) write(`${MODULES_MARK}${JSON.stringify([...files])}\n`);
});

/** Of an installed package its manifest: packages are replaced as a whole. */
function watchedFile(path: string): string {
  const [, folder] = INSTALLED.exec(path) ?? [];
  return folder === undefined ? path : join(folder, "package.json");
}

/** All of it, although a pipe that is full takes a part. Never throws: that would change the exit code. */
function write(text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(STANDARD_ERROR, rest));
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) return;
    }
  }
}

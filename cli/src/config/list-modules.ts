/**
 * Preloaded into a program that describes itself (`node --import`): writes which modules it loaded,
 * as the last line of standard error, when it ends well.
 */
import { writeSync } from "node:fs";
import { registerHooks } from "node:module";

const STANDARD_ERROR = 2;
/** Before the list, which is JSON. */
const MODULES_MARK = "\nseabird-modules ";
const urls = new Set<string>();

registerHooks({
  load(url, context, nextLoad) {
    urls.add(url);
    return nextLoad(url, context);
  },
});
process.on("exit", (code) => {
  if (code === 0) writeSync(STANDARD_ERROR, `${MODULES_MARK}${JSON.stringify([...urls])}\n`);
});

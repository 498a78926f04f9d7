/**
 * Compiled code that is kept between starts. Runs on versions of Node that the programs cannot run on
 * too.
 */
import { lstatSync, mkdirSync } from "node:fs";
import module from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const WRITABLE_BY_OTHERS = 0o022;

/**
 * Keeps compiled code, and TypeScript without its types, between starts: in NODE_COMPILE_CACHE, else
 * in `seabird-compile-cache-UID` in the system's folder for temporary files.
 * NODE_DISABLE_COMPILE_CACHE turns it off.
 */
export function useCompileCache() {
  // Old versions of Node have no such function.
  if (module.enableCompileCache === undefined) return;
  if (process.env.NODE_COMPILE_CACHE !== undefined || process.getuid === undefined) {
    module.enableCompileCache();
    return;
  }
  const folder = join(tmpdir(), `seabird-compile-cache-${process.getuid()}`);
  if (isOwnFolder(folder, process.getuid())) module.enableCompileCache(folder);
}

/**
 * Creates it if necessary. Node runs what it finds there, and any user can make a folder of that name:
 * so can they of Node's own default, which Node does not look at.
 * @param {string} folder
 * @param {number} uid
 * @returns {boolean}
 */
function isOwnFolder(folder, uid) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stat = lstatSync(folder);
    return stat.isDirectory() && stat.uid === uid && (stat.mode & WRITABLE_BY_OTHERS) === 0;
  } catch {
    return false;
  }
}

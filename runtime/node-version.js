/**
 * The first thing that every program of the project does. This file, as compile-cache.js and
 * npm-shell.js, runs on versions of Node that the programs cannot run on, and says so.
 */
import { useCompileCache } from "./compile-cache.js";

export const OLDEST_NODE = 24;
/** EX_UNAVAILABLE of sysexits(3): the machine lacks something. */
export const EXIT_OLD_NODE = 69;

/** @returns {boolean} */
export function isNodeNewEnough() {
  return Number(process.versions.node.split(".")[0]) >= OLDEST_NODE;
}

/**
 * Whether this Node can run the program, whose code is cached from then on. If not, says in one
 * line what is needed and sets the exit code 69.
 * @param {string} program
 * @returns {boolean}
 */
export function fitsNode(program) {
  if (isNodeNewEnough()) {
    useCompileCache();
    return true;
  }
  process.stderr.write(
    `${program}: needs Node ${OLDEST_NODE} or later, this is ${process.version}; the seabird command brings the right one along\n`,
  );
  process.exitCode = EXIT_OLD_NODE;
  return false;
}

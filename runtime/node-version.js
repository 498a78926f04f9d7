/**
 * The first thing that every program of the project does. This file alone runs on versions of
 * Node that the programs cannot run on, and says so.
 */
const OLDEST_NODE = 24;
/** EX_UNAVAILABLE of sysexits(3): the machine lacks something. */
const EXIT_OLD_NODE = 69;

/**
 * Whether this Node can run the program; keeps its compiled code between starts, in the system's
 * folder for such things. If not, says in one line what is needed and sets the exit code 69.
 * @param {string} program
 * @returns {boolean}
 */
export function fitsNode(program) {
  const { versions, version } = process;
  if (Number(versions.node.split(".")[0]) >= OLDEST_NODE) {
    process.getBuiltinModule("node:module").enableCompileCache();
    return true;
  }
  process.stderr.write(
    `${program}: needs Node ${OLDEST_NODE} or later, this is ${version}; the seabird command brings the right one along\n`,
  );
  process.exitCode = EXIT_OLD_NODE;
  return false;
}

/**
 * Notices the end of the shell that npm and npx put between themselves and a program, and does not
 * pass a SIGTERM on. Runs on versions of Node that the programs cannot run on too.
 */
import { readFileSync } from "node:fs";

/** How often the parent is looked at. */
const PARENT_CHECK_MS = 500;

/**
 * Calls back when npm or npx started this process and its parent is gone; never for a job of its own,
 * which is meant to outlive the shell that started it. Returns the undo.
 * @param {() => void} onGone
 * @returns {() => void}
 */
export function watchNpmShell(onGone) {
  if (process.env.npm_lifecycle_event === undefined || isOwnJob()) return () => undefined;
  const parent = process.ppid;
  const wasOrphan = isOrphan();
  const timer = setInterval(() => {
    if (process.ppid === parent && !wasOrphan) return;
    clearInterval(timer);
    onGone();
  }, PARENT_CHECK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * Whether nohup started this process. Node undoes what nohup does, ignoring SIGHUP, so that this is
 * read from what npm and the shell leave in the environment.
 * @returns {boolean}
 */
export function isNohup() {
  const { _: command = "", npm_lifecycle_script: script = "" } = process.env;
  if (/(^|[\s;&|(/])nohup\s/.test(script)) return true;
  return /(^|\/)nohup$/.test(command) && !parentVariables().includes(`_=${command}`);
}

/** Started by nohup, by setsid, or in the background of a shell at a terminal. */
function isOwnJob() {
  return isNohup() || isGroupLeader();
}

/** Without Linux's /proc it is not known. */
function isGroupLeader() {
  const stat = read("/proc/self/stat");
  const [, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(group) === process.pid;
}

/** Those that the parent was started with: what it has, its children inherit. */
function parentVariables() {
  return read(`/proc/${process.ppid}/environ`).split("\0");
}

/**
 * The parent went before it was looked at, and another process adopted this one: neither npm nor a
 * shell of npm's. In a container the first process may be npm itself, which is a parent then.
 */
function isOrphan() {
  const command = read(`/proc/${process.ppid}/cmdline`);
  if (command === "" || isNpm(command)) return false;
  return !parentVariables().some((each) => each.startsWith("npm_lifecycle_event="));
}

/** npm names its process after what it does, in good time; before that it is a program of Node's. */
function isNpm(command) {
  const [first = "", second = ""] = command.split("\0");
  return /^np[mx]\b/.test(first) || /\/np[mx](-cli\.js)?$/.test(second);
}

/**
 * @param {string} path
 * @returns {string}
 */
function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

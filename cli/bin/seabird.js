#!/usr/bin/env node
// The `seabird` command. Runs src/main.ts; on a Node older than 24 it starts itself again on
// the one that the project brings, and is then no more than a launcher that forwards signals and exit code.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { useCompileCache } from "@seabird-chat/runtime/compile-cache";
import { EXIT_OLD_NODE, isNodeNewEnough, OLDEST_NODE } from "@seabird-chat/runtime/node-version";

/** How long the program may take to say that a terminal's signal reached it too. */
const ECHO_MS = 200;
const SHARED_SIGNALS = ["SIGINT", "SIGQUIT", "SIGHUP"];

if (isNodeNewEnough()) {
  useCompileCache();
  const { main } = await import("../src/main.ts");
  await main(process.argv.slice(2));
} else {
  await relaunch();
}

async function relaunch() {
  const node = findNode(dirname(fileURLToPath(import.meta.url)));
  if (node === undefined) {
    process.stderr.write(
      `seabird: needs Node ${OLDEST_NODE} or later, this is ${process.version}.\n` +
        "  Next: run `npm ci` in the checkout, which brings the right one, or install it.\n",
    );
    process.exitCode = EXIT_OLD_NODE;
    return;
  }
  const { isNohup, watchNpmShell } = await import("@seabird-chat/runtime/npm-shell");
  // With a terminal the program stays in its foreground group, else it could not read from it.
  // Without one it gets a group of its own, so that each signal comes from here and only once.
  const terminal = process.stdin.isTTY === true;
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    detached: !terminal,
    env: { ...process.env, SEABIRD_LAUNCHED: "1" },
  });
  child.on("error", (error) => {
    process.stderr.write(`seabird: cannot start ${node}: ${error.message}\n`);
    process.exitCode = EXIT_OLD_NODE;
  });
  passSignals(child, terminal, isNohup());
  watchNpmShell(() => child.kill("SIGTERM"));
  let hungUp = false;
  process.on("SIGHUP", () => {
    hungUp = terminal;
  });
  child.on("exit", (code, signal) => {
    // An exit would set the terminal as it was; when it is gone, an old Node aborts over that.
    const end = hungUp ? "SIGHUP" : signal;
    if (end === null) process.exit(code ?? 1);
    for (const name of ["SIGTERM", ...SHARED_SIGNALS]) process.removeAllListeners(name);
    process.kill(process.pid, end);
  });
}

/** A terminal gives its signals to the whole group: those go on only if the program got none. */
function passSignals(child, terminal, nohup) {
  const echoes = new Map();
  child.on("message", (message) => {
    if (message === null || message.type !== "signal") return;
    clearTimeout(echoes.get(message.name));
    echoes.delete(message.name);
  });
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  for (const name of SHARED_SIGNALS) {
    process.on(name, () => {
      if (nohup && name === "SIGHUP") return;
      if (!terminal) return child.kill(name);
      clearTimeout(echoes.get(name));
      echoes.set(
        name,
        setTimeout(() => child.kill(name), ECHO_MS),
      );
    });
  }
}

function findNode(from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const node = join(folder, "node_modules", "node", "bin", "node");
    if (existsSync(node)) return node;
    if (dirname(folder) === folder) return undefined;
  }
}

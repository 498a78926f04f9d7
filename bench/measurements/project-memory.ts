/** Memory of all processes of a project (PSS), beside that of a Node that does nothing. */
import { spawn } from "node:child_process";
import { startNgircd } from "../../test/support/irc-servers.ts";
import { findProgram } from "../../test/support/servers.ts";
import { pause } from "../load/stopwatch.ts";
import type { Measurement, Sample } from "../measurement.ts";
import { pssKb } from "../systems/proc.ts";
import { type ProjectOptions, startProject } from "../systems/project.ts";

const PLUGINS = 20;
const KIB = 1024;
const SETTLE_MS = 1_000;
const MOST_SETTLING = 20;
const SETTLED_KB = 1_024;
const ROW_EMPTY = "memory of an empty Node";

export const projectMemory: Measurement = {
  name: "project-memory",
  systems: ["core"],
  shaped: false,
  once: true,
  async measure() {
    if (process.platform !== "linux") {
      console.error("project-memory: only Linux says how much memory processes share");
      return [];
    }
    return [await emptyNode(), ...(await run("the default project", {})), ...(await large())];
  },
};

const mib = (row: string, kb: number): Sample => ({
  row,
  unit: "MiB",
  value: kb / KIB,
  better: "less",
});

async function emptyNode(): Promise<Sample> {
  const child = spawn(process.execPath, ["--eval", "setInterval(() => {}, 60_000)"]);
  try {
    return mib(ROW_EMPTY, await settled(() => [child.pid ?? 0]));
  } finally {
    child.kill("SIGKILL");
  }
}

async function run(what: string, options: ProjectOptions): Promise<Sample[]> {
  const project = await startProject(options);
  try {
    const pids = () => project.processes().flatMap(({ pid, isNpm }) => (isNpm ? [] : [pid]));
    const kb = await settled(pids);
    const count: Sample = {
      row: `processes of ${what}`,
      unit: "",
      value: pids().length,
      better: "less",
    };
    return [mib(`memory of ${what}`, kb), count];
  } finally {
    await project.close();
  }
}

/** Core, IRC, the terminal and twenty plugins of a person's own. */
async function large(): Promise<Sample[]> {
  const ngircd = findProgram("ngircd");
  if (ngircd === undefined) {
    console.error("project-memory: no ngircd; run scripts/test-servers for the larger project");
    return [];
  }
  const server = await startNgircd(ngircd);
  try {
    const names = Array.from({ length: PLUGINS }, (_, number) => `p${number + 1}`);
    const plugin = (name: string) => `import { plugin } from "@seabird-chat/sdk";
export const it = plugin("${name}");
it.command("${name}", "answers", (ctx) => ctx.reply("yes"));
`;
    const yaml = `core: { listen: "127.0.0.1:0" }
backends:
  irc/here: { host: "irc://127.0.0.1:${server.port}", nick: bot, channels: ["#bench"] }
  terminal/here: {}
plugins:
${names.map((name) => `  ./${name}.ts: {}`).join("\n")}
`;
    const files = Object.fromEntries(names.map((name) => [`${name}.ts`, plugin(name)]));
    return await run(`core, IRC, terminal and ${PLUGINS} plugins`, {
      files: { ...files, "seabird.yaml": yaml },
    });
  } finally {
    await server.close();
  }
}

/** All of them together, once that no longer changes. */
async function settled(pids: () => readonly number[]): Promise<number> {
  let last = Number.NaN;
  for (let round = 0; round < MOST_SETTLING; round++) {
    await pause(SETTLE_MS);
    const kb = pids().reduce((sum, pid) => sum + pssKb(pid), 0);
    if (Math.abs(kb - last) < SETTLED_KB) return kb;
    last = kb;
  }
  return last;
}

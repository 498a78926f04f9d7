/**
 * The README's commands, run in a fresh clone as a stranger would: in order, in one folder, with
 * `npm start` in a terminal while the tour's commands run beside it.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { until } from "../support/until.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const INSTALL_MS = 300_000;
const COMMAND_MS = 120_000;

/** What a test cannot run: itself, a network that is not there, and `up` beside another one. */
const LEFT_OUT = ["npm test", "npm start -- --irc", "npx --no-install seabird up"];

const USUAL_URL = "http://localhost:11235";

interface Expectation {
  readonly command: string;
  readonly prints: RegExp;
  /** What has to be given where nobody answers questions. */
  readonly answers?: string;
}

/** The tour's commands, and what each shows. A command of the README without a row fails. */
const TOUR: readonly Expectation[] = [
  { command: "printf", prints: /pong[\s\S]*Commands: |Commands: [\s\S]*pong/ },
  { command: "npx --no-install seabird ps", prints: /terminal\/local +backend/ },
  { command: "npx --no-install seabird info", prints: /running for/ },
  { command: "npx --no-install seabird backends", prints: /terminal:\/\/local/ },
  { command: "npx --no-install seabird commands", prints: /help[\s\S]*ping/ },
  { command: "npx --no-install seabird send", prints: /^/ },
  { command: "curl", prints: /^\{"result":\{.*"sequence":"\d+"/m },
  { command: "npx --no-install seabird new plugin dice", prints: /The plugin dice is in dice/ },
  { command: "npx --no-install seabird init", answers: "--yes", prints: /seabird\.yaml/ },
  { command: "npx --no-install seabird config check", prints: /seabird\.yaml/ },
];

function commandsOf(readme: string): string[] {
  const blocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = ""]) => block);
  return blocks.flatMap((block) => block.replaceAll("\\\n", " ").trim().split("\n"));
}

/** Where commands run, and what they find in their environment. */
interface Place {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** The environment of somebody whose npm has never run a script of ours, and a free port. */
function strangersEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE|SEABIRD)/i.test(name));
  const folders = (process.env["PATH"] ?? "").split(":");
  const path = folders.filter((folder) => !folder.includes("node_modules")).join(":");
  const own = { PATH: path, NO_COLOR: "1", SEABIRD_BIND_HOST: "127.0.0.1:0" };
  return { ...Object.fromEntries(kept), ...own };
}

interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
}

function run(command: string, { cwd, env }: Place, stdin: "ignore" | "pipe" = "ignore"): Run {
  const child = spawn("bash", ["-c", command], {
    cwd,
    env,
    stdio: [stdin, "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return { child, output: () => output };
}

async function finish({ child, output }: Run, command: string, timeoutMs: number): Promise<string> {
  const timer = setTimeout(() => child.pid && process.kill(-child.pid, "SIGKILL"), timeoutMs);
  const [code, signal] = await once(child, "close");
  clearTimeout(timer);
  assert.equal(code, 0, `${command} ended with ${code ?? signal}:\n${output()}`);
  return output();
}

/** A terminal around a command, by util-linux; a real one is what the README promises a room in. */
function inTerminal(t: TestContext, command: string, place: Place): Run {
  const running = run(`script -qefc '${command}' /dev/null`, place, "pipe");
  t.after(async () => {
    const { pid, exitCode, signalCode } = running.child;
    if (exitCode !== null || signalCode !== null || pid === undefined) return;
    process.kill(-pid, "SIGKILL");
    await once(running.child, "close");
  });
  return running;
}

test("the README's commands, in a fresh clone", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "seabird-readme-"));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const clone: Place = { cwd: join(folder, "seabird"), env: strangersEnv() };
  const cloning = `git clone --quiet '${ROOT}' '${clone.cwd}'`;
  await finish(run(cloning, { ...clone, cwd: folder }), cloning, COMMAND_MS);
  const commands = commandsOf(await readFile(join(clone.cwd, "README.md"), "utf8"));
  assert.ok(commands.includes("npm ci && npm start"), "the README lacks its first command");

  const room = inTerminal(t, "npm ci && npm start", clone);
  const url = await addressIn(room);
  room.child.stdin?.write("!ping\r");
  await until("pong", () => /pong/.test(room.output()), COMMAND_MS);
  const tour: Place = { ...clone, env: { ...clone.env, SEABIRD_HOST: url } };
  for (const command of commands) await tourStep(command.replace(USUAL_URL, url), tour, room);

  const ended = once(room.child, "close");
  room.child.stdin?.write("\x03");
  assert.deepEqual(await ended, [0, null], room.output());
});

async function addressIn(room: Run): Promise<string> {
  const pattern = /core listens on (http:\S+?)[;\s]/;
  await until("the room", () => pattern.test(room.output()), INSTALL_MS).catch((error: unknown) => {
    throw new Error(`no room: ${room.output()}`, { cause: error });
  });
  return pattern.exec(room.output())?.[1] ?? "";
}

async function tourStep(command: string, place: Place, room: Run): Promise<void> {
  if (command === "npm ci && npm start") return;
  if (LEFT_OUT.some((start) => command.startsWith(start))) return;
  if (command === "npx --no-install seabird tail") {
    return await lastingStep(command, place, () => {
      room.child.stdin?.write("is anybody there?\r");
      return "is anybody there?";
    });
  }
  if (command.startsWith("npx --no-install seabird plugin")) {
    return await lastingStep(command, place, () => "connected");
  }
  const expectation = TOUR.find((row) => command.startsWith(row.command));
  assert.ok(expectation, `the README has a command that this test does not know: ${command}`);
  const whole = [command, expectation.answers].filter(Boolean).join(" ");
  const output = await finish(run(whole, place), command, COMMAND_MS);
  assert.match(output, expectation.prints, command);
  const [, sent, posted] = /'(hello from outside)'|"text":"(hi)"/.exec(command) ?? [];
  const text = sent ?? posted;
  if (text !== undefined) await until(text, () => room.output().includes(text), COMMAND_MS);
}

/** A command that goes on until it is stopped: until it shows what is wanted of it. */
async function lastingStep(command: string, place: Place, wanted: () => string): Promise<void> {
  const lasting = run(`exec ${command}`, place);
  const closed = once(lasting.child, "close");
  const shown = () => lasting.output().includes(wanted());
  await until(`${command} to show it`, shown, COMMAND_MS);
  if (lasting.child.pid) process.kill(-lasting.child.pid, "SIGINT");
  await closed;
}

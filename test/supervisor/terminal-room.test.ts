/** `seabird up` with a seabird.yaml that has a room: a person sits in it while components die and come. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { type Checkout, makeCheckout, processesIn, SEABIRD } from "../support/checkout.ts";
import { PtyProgram } from "../support/pty.ts";
import { runCli } from "../support/run-cli.ts";
import { FIXTURE_UP, makeProjectCheckout, RunningProject } from "../support/running-project.ts";
import { until } from "../support/until.ts";

const GONE_MS = 30_000;
const PATIENCE_MS = 60_000;

const YAML = `core: { listen: 127.0.0.1:0 }
backends:
  terminal/here: {}
plugins:
  help: {}
  ping: {}
  introspection: {}
`;

async function sitDown(t: TestContext, yaml = YAML, given?: Checkout) {
  const checkout = given ?? (await makeCheckout(t));
  const { SEABIRD_BIND_HOST: _, ...env } = checkout.env;
  writeFileSync(join(checkout.folder, "seabird.yaml"), yaml);
  const room = new PtyProgram(["node", SEABIRD, "up"], { cwd: checkout.folder, env }, t);
  await room.untilShown("Welcome to #");
  const cli = (...args: string[]) => runCli(args, { cwd: checkout.folder, env });
  return { checkout, room, cli };
}

function pidOf(name: RegExp, { folder }: Checkout): number {
  const found = processesIn(folder).find(({ command }) => name.test(command));
  assert.ok(found, `${name} runs`);
  return found.pid;
}

/** Types it, and again, until it is answered: what was typed while core was away is lost. */
async function isAnswered(room: PtyProgram, typed: string, answer: string): Promise<void> {
  const before = room.shown.split(answer).length;
  let looks = 0;
  await until(
    `${typed} to be answered`,
    () => {
      if (looks++ % 100 === 0) room.type(`${typed}\r`);
      return room.shown.split(answer).length > before;
    },
    PATIENCE_MS,
  );
}

test("a person in the room: warnings stand above the prompt, each component may die, Ctrl-C ends in order", async (t) => {
  const { checkout, room, cli } = await sitDown(t);
  await isAnswered(room, "!ping", "pong");
  assert.doesNotMatch(
    room.shown,
    /"level"|event stream opened| info: /,
    "logs are not over the prompt",
  );

  process.kill(pidOf(/seabird-plugin\.js help/, checkout), "SIGKILL");
  await room.untilShown("help was ended by SIGKILL; restarting it");
  await isAnswered(room, "!ping", "pong");
  await isAnswered(room, "!help", "Commands: ");
  process.kill(pidOf(/seabird-core\.js/, checkout), "SIGKILL");
  await room.untilShown("core was ended by SIGKILL; restarting it");
  await isAnswered(room, "!ping", "pong");

  const noLog = await cli("logs", "terminal/here");
  assert.equal(noLog.code, 2);
  assert.match(noLog.err, /terminal\/here is the chat room: .*has no log/);
  const { out } = await cli("ps");
  assert.match(out, /terminal\/here +backend +ready/);
  const refused = await (async () => {
    const path = join(checkout.folder, "seabird.yaml");
    writeFileSync(path, YAML.replace("  terminal/here: {}", "  {}"));
    return await cli("reload");
  })();
  assert.match(refused.out, /terminal\/here: the chat room is not changed by a reload/);
  await room.untilShown("terminal/here: the chat room is not changed by a reload");

  room.type("\x03");
  assert.equal(await room.ended(), 0, room.shown);
  const log = readFileSync(join(checkout.folder, ".seabird/logs/up.log"), "utf8");
  const ended = [...log.matchAll(/"type":"ended","component":"([^"]+)"/g)].map(
    ([, component]) => component,
  );
  assert.deepEqual(ended.slice(0, 3).sort(), ["help", "introspection", "ping"]);
  assert.deepEqual(ended.slice(3), ["terminal/here", "core"]);
  assert.deepEqual(processesIn(checkout.folder), []);
});

/** Its network is there as long as the file is not. */
const CAMP = `import { existsSync } from "node:fs";
import { backend } from "@seabird-chat/sdk/backend";
export default backend("camp", {
  connect({ network, signal }) {
    const look = () => (existsSync("storm") ? network.away("storm\\x1b[2J") : network.back());
    look();
    const timer = setInterval(look, 20);
    signal.addEventListener("abort", () => clearInterval(timer));
    return { close: () => undefined };
  },
});
`;

test("a person in the room sees once that another network is lost, and that it is back", async (t) => {
  const checkout = await makeCheckout(t);
  writeFileSync(join(checkout.folder, "camp.mjs"), CAMP);
  const yaml = YAML.replace("  terminal/here", "  camp/net: { from: ./camp.mjs }\n  terminal/here");
  const { room, cli } = await sitDown(t, yaml, checkout);
  const storm = join(checkout.folder, "storm");
  await isAnswered(room, "!ping", "pong");
  writeFileSync(storm, "");
  await room.untilShown("-- camp://net lost its network: storm [2J");
  await until("ps", async () => /^camp\/net .* away for .*: storm/m.test((await cli("ps")).out));
  rmSync(storm);
  await room.untilShown("-- camp://net is back on its network");
  await until("ps", async () => /^camp\/net .* connected$/m.test((await cli("ps")).out));
  room.type("\x03");
  assert.equal(await room.ended(), 0, room.shown);
  assert.equal(room.shown.match(/its network/g)?.length, 2, room.shown);
});

test("a room that opens while a network is lost shows it, and the return", async (t) => {
  const checkout = await makeCheckout(t);
  writeFileSync(join(checkout.folder, "camp.mjs"), CAMP);
  const storm = join(checkout.folder, "storm");
  writeFileSync(storm, "");
  const yaml = YAML.replace("  terminal/here", "  camp/net: { from: ./camp.mjs }\n  terminal/here");
  const { room } = await sitDown(t, yaml, checkout);
  await room.untilShown(/camp(:\/\/|\/)net lost its network: storm/);
  rmSync(storm);
  await room.untilShown("-- camp://net is back on its network");
  room.type("\x03");
  assert.equal(await room.ended(), 0, room.shown);
  assert.equal(room.shown.match(/its network/g)?.length, 2, room.shown);
});

test("a terminal that hangs up ends it; a SIGHUP alone reads seabird.yaml again", async (t) => {
  const { checkout, room } = await sitDown(t);
  writeFileSync(join(checkout.folder, "seabird.yaml"), YAML.replace("  introspection: {}\n", ""));
  process.kill(pidOf(/^\S*node \S*seabird\.js up$/, checkout), "SIGHUP");
  await room.untilShown("introspection: stopped");
  await isAnswered(room, "!ping", "pong");
  await room.hangUp();
  await until("all to be gone", () => processesIn(checkout.folder).length === 0, GONE_MS);
});

test("a terminal that hangs up ends a run without a room too, whatever its standard input is", async (t) => {
  const { folder, env } = await makeCheckout(t);
  writeFileSync(join(folder, "project.json"), JSON.stringify({ components: [] }));
  const command = ["sh", "-c", `exec node "${FIXTURE_UP}" </dev/null`];
  const run = new PtyProgram(command, { cwd: folder, env }, t);
  await run.untilShown('"type":"up"');
  await run.hangUp();
  await until("all to be gone", () => processesIn(folder).length === 0, GONE_MS);
});

test("without a terminal the room is left out, and the rest runs", async (t) => {
  const checkout = await makeProjectCheckout(t);
  const { SEABIRD_BIND_HOST: _, ...env } = checkout.env;
  writeFileSync(join(checkout.folder, "seabird.yaml"), YAML);
  const project = new RunningProject({ ...checkout, env });
  await project.untilState("ready", "core", "help", "ping", "introspection");
  assert.equal((await project.component("terminal/here")).state, "off");
  const { code, err } = await project.cli(["restart", "terminal/here"]);
  assert.equal(code, 2);
  assert.match(err, /terminal\/here has no terminal here/);
  const loud = await project.cli(["up", "--log-level", "loud"]);
  assert.equal(loud.code, 2);
  assert.match(loud.err, /--log-level.*'loud' is invalid.*debug, info, warn, error/);
  const [warning] = project.happened("warning") as unknown as readonly { readonly text: string }[];
  const [, ...commands] = (warning?.text ?? "").split(/`(seabird [^`]+)`/);
  const [createToken, , openRoom] = commands;
  const own = `"${process.execPath}" "${SEABIRD}"`;
  const typed = `${createToken} && printf '!ping\\n' | ${openRoom}`.replaceAll(
    /\bseabird (?=[tb])/g,
    `${own} `,
  );
  const { stdout } = await promisify(execFile)("sh", ["-c", typed], { cwd: checkout.folder, env });
  assert.match(stdout, /<you> !ping\n.*pong/);
});

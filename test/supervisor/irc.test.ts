/** A ten-line seabird.yaml: people on a real IRC server are answered, whatever component is killed. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { IrcPerson } from "../support/irc-person.ts";
import { startNgircd } from "../support/irc-servers.ts";
import { makeProjectCheckout, RunningProject } from "../support/running-project.ts";
import { needPrograms } from "../support/servers.ts";
import { until } from "../support/until.ts";

/** What people may wait on a loaded machine; here it is a few hundredths of a second. */
const ANSWER_MS = 5_000;
/** After core has come back. */
const BACK_MS = 5_000;

function yaml(port: number, { channels = ["#test"], nick = "bird" } = {}): string {
  const list = channels.map((name) => JSON.stringify(name)).join(", ");
  return `core: { listen: 127.0.0.1:0 }
backends:
  irc/one: { host: "irc://127.0.0.1:${port}", nick: ${nick}, channels: [${list}] }
  irc/two: { host: "irc://127.0.0.1:${port}", nick: other, channels: ["#two"] }
plugins:
  help: {}
  ping: {}
  introspection: {}
`;
}

async function startAll(t: TestContext) {
  const programs = needPrograms(t, "ngircd", "ii");
  if (programs === undefined) return undefined;
  const server = await startNgircd(programs.ngircd);
  t.after(() => server.close());
  const alice = await IrcPerson.connect(programs.ii, { port: server.port, nick: "alice" });
  t.after(() => alice.close());
  await alice.join("#test");
  await alice.join("#two");
  const checkout = await makeProjectCheckout(t);
  const { SEABIRD_BIND_HOST: _, ...env } = checkout.env;
  const write = (text: string) => writeFileSync(join(checkout.folder, "seabird.yaml"), text);
  write(yaml(server.port));
  const project = new RunningProject({ ...checkout, env });
  await project.untilState("ready", "core", "help", "ping", "introspection", "irc/one", "irc/two");
  return { server, alice, project, write };
}

/** Resolves with the milliseconds until the next answer. */
async function answered(alice: IrcPerson, channel: string, typed: string, answer: string) {
  const pattern = `> ${answer}`;
  const before = (await alice.lines(channel)).filter((line) =>
    new RegExp(pattern).test(line),
  ).length;
  const startMs = performance.now();
  await alice.types(channel, typed);
  await alice.sees(channel, pattern, before + 1);
  return performance.now() - startMs;
}

/** Once a second: what is said while core is away is lost, and who asks faster is not heard. */
async function asksUntilAnswered(alice: IrcPerson, channel: string): Promise<void> {
  const isAnswered = async () =>
    (await alice.lines(channel)).some((line) => /> alice: pong/.test(line));
  for (let asked = 0; asked < 60 && !(await isAnswered()); asked++) {
    await alice.types(channel, "!ping");
    await until("an answer", isAnswered, 1_000).catch(() => undefined);
  }
  assert.ok(await isAnswered(), `no answer in ${channel}`);
}

test("kill -9 of each component in turn while a person types: the others answer", async (t) => {
  const all = await startAll(t);
  if (all === undefined) return;
  const { alice, project } = all;
  await alice.sees("#test", "bird\\(.*has joined");
  await alice.sees("#two", "other\\(.*has joined");
  const rounds = [
    { killed: "help", channel: "#test", typed: "!ping", answer: "alice: pong" },
    { killed: "ping", channel: "#test", typed: "!help", answer: "alice: .*help" },
    { killed: "introspection", channel: "#test", typed: "!ping", answer: "alice: pong" },
    { killed: "irc/one", channel: "#two", typed: "!ping", answer: "alice: pong" },
    { killed: "irc/two", channel: "#test", typed: "!ping", answer: "alice: pong" },
  ];
  for (const { killed, channel, typed, answer } of rounds) {
    await answered(alice, channel, typed, answer);
    process.kill((await project.component(killed)).pid ?? 0, "SIGKILL");
    const tookMs = await answered(alice, channel, typed, answer);
    assert.ok(tookMs < ANSWER_MS, `without ${killed}: ${tookMs} ms`);
    t.diagnostic(`without ${killed}: ${Math.round(tookMs)} ms`);
    await project.until(`${killed} to be back`, async () => {
      const { state, restarts } = await project.component(killed);
      return state === "ready" && restarts === 1;
    });
    if (killed === "irc/one") await alice.sees("#test", "bird\\(.*has joined", 2);
  }
  const { components } = await project.status();
  assert.deepEqual(new Set(components.map(({ state }) => state)), new Set(["ready"]));
});

test("kill -9 of core: all answer again soon after its return", async (t) => {
  const all = await startAll(t);
  if (all === undefined) return;
  const { alice, project } = all;
  await alice.sees("#test", "bird\\(.*has joined");
  const before = await project.component("core");
  process.kill(before.pid ?? 0, "SIGKILL");
  await project.until("core to be back", async () => {
    const { pid, state } = await project.component("core");
    return state === "ready" && pid !== before.pid;
  });
  const backMs = performance.now();
  await Promise.all(["#test", "#two"].map((channel) => asksUntilAnswered(alice, channel)));
  const tookMs = performance.now() - backMs;
  t.diagnostic(`${Math.round(tookMs)} ms`);
  assert.ok(tookMs < 2 * BACK_MS, `${tookMs} ms`);
  const { components } = await project.status();
  assert.deepEqual(
    components.filter(({ restarts }) => restarts > 0).map(({ name }) => name),
    ["core"],
  );
});

test("a server that is stopped is seen by ps, backends and doctor, and so is its return", async (t) => {
  const all = await startAll(t);
  if (all === undefined) return;
  const { server, project } = all;
  const untilNetwork = (state: string) =>
    project.until(`both networks to be ${state}`, async () => {
      const { components } = await project.status();
      const networks = components.flatMap(({ network }) => network ?? []);
      return networks.length === 2 && networks.every((network) => network.state === state);
    });
  const shown = async (...args: string[]) => (await project.cli(args)).out;
  await untilNetwork("connected");
  assert.match(await shown("ps"), /^irc\/one +backend +ready .* connected$/m);
  assert.match(await shown("ps"), /^ping +plugin +ready .* -$/m);
  assert.match(await shown("backends"), /^irc:\/\/one +irc +connected$/m);
  await server.kill();
  await untilNetwork("away");
  assert.match(await shown("ps"), /^irc\/one +backend +ready .* away for .*: \S.*$/m);
  const since = /away since \d{4}-\d\d-\d\dT[\d:]{8}Z: \S/;
  assert.match(await shown("backends"), new RegExp(`^irc://one +irc +${since.source}`, "m"));
  assert.match(await shown("backends", "irc://two"), new RegExp(`^network +${since.source}`, "m"));
  const doctor = await project.cli(["doctor"]);
  assert.equal(doctor.code, 6, doctor.out);
  assert.match(doctor.out, new RegExp(`backend irc://one: its network is ${since.source}`));
  assert.doesNotMatch(doctor.out, /join one/);
  await server.restart();
  await untilNetwork("connected");
  assert.match(await shown("backends"), /^irc:\/\/one +irc +connected$/m);
  assert.notEqual((await project.cli(["doctor"])).code, 6);
  const changes = project.happened("network", "irc/one").map((event) => event.state);
  assert.deepEqual([...new Set(changes)], ["away", "connected"]);
});

test("reload: channels while it runs, the nick by a new start", async (t) => {
  const all = await startAll(t);
  if (all === undefined) return;
  const { server, alice, project, write } = all;
  await alice.sees("#test", "bird\\(.*has joined");
  await alice.join("#new");
  write(yaml(server.port, { channels: ["#test", "#new"] }));
  const live = await project.cli(["reload"]);
  assert.equal(live.out, "irc/one: applied channels without a restart\n", live.err);
  await alice.sees("#new", "bird\\(.*has joined");
  write(yaml(server.port, { channels: ["#test", "#new"], nick: "birdie" }));
  const restarted = await project.cli(["reload"]);
  assert.equal(restarted.out, "irc/one: restarted to apply nick\n", restarted.err);
  await alice.sees("#new", "birdie\\(.*has joined");
  write(yaml(server.port).replace("nick: bird", "nik: bird"));
  const wrong = await project.cli(["reload"]);
  assert.equal(wrong.code, 78);
  assert.match(wrong.err, /seabird\.yaml:3:\d+ backends\.irc\/one\.nik: .*nick/);
  const told = JSON.parse((await project.cli(["reload", "--json"])).err).error;
  const paths = told.problems.map(({ path }: { path: string }) => path);
  assert.ok(paths.includes("backends.irc/one.nik"), paths.join());
  await answered(alice, "#new", "!ping", "alice: pong");
  write(
    yaml(server.port, { channels: ["#test", "#new"], nick: "birdie" }).replace(
      /:\d+", nick: birdie/,
      ':1", nick: birdie',
    ),
  );
  const closed = await project.cli(["reload"]);
  assert.equal(closed.code, 7);
  assert.match(closed.out, /apply host, but not ready after \d+ s: its network is away: .*REFUSED/);
});

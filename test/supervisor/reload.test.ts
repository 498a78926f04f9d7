/** `seabird reload` and SIGHUP: what goes on, what is started again, what is refused. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { processesIn } from "../support/checkout.ts";
import { makeHouseCheckout, RunningHouse } from "../support/running-house.ts";
import type { HouseFile } from "../support/up-fixture.ts";

type PartFile = HouseFile["parts"][number];

const HELP: PartFile = { name: "help", kind: "plugin", settings: { greeting: "hi" } };
const IRC: PartFile = {
  name: "irc/libera",
  kind: "backend",
  scopes: ["backend:irc/libera"],
  settings: { nick: "birdie", live: ["#a"] },
};

async function startHouse(t: Parameters<typeof RunningHouse.ofFixtures>[0], file: HouseFile) {
  const house = await RunningHouse.ofFixtures(t, file);
  await house.untilState("ready", "core", ...file.parts.map(({ name }) => name));
  return house;
}

function write(house: RunningHouse, file: HouseFile | string): void {
  const text = typeof file === "string" ? file : JSON.stringify(file);
  writeFileSync(join(house.folder, "house.json"), text);
}

async function pids(house: RunningHouse): Promise<Record<string, number | undefined>> {
  const { parts } = await house.status();
  return Object.fromEntries(parts.map(({ name, pid }) => [name, pid]));
}

test("a bad file changes nothing and says so", async (t) => {
  const house = await startHouse(t, { parts: [HELP, IRC] });
  const before = await pids(house);
  write(house, "nonsense");
  const { code, err } = await house.cli(["reload"]);
  assert.equal(code, 78);
  assert.match(err, /^Nothing was changed; [\s\S]*house\.json:1:1: it is no house/);
  process.kill(house.pid, "SIGHUP");
  await house.until("it to be said twice", () => house.happened("reload-failed").length === 2);
  assert.deepEqual(await pids(house), before);
  write(house, { parts: [HELP, IRC] });
  const again = await house.cli(["reload"]);
  assert.equal(again.out, "reloaded; nothing has changed\n");
});

test("live settings and log levels are told; others restart that part alone", async (t) => {
  const house = await startHouse(t, { parts: [HELP, IRC] });
  const before = await pids(house);
  const joined = { ...IRC, settings: { ...IRC.settings, live: ["#a", "#b"] } };
  write(house, { logLevel: "debug", parts: [HELP, joined] });
  const live = await house.cli(["reload"]);
  assert.equal(live.code, 0, live.err);
  assert.equal(
    live.out,
    "core: took log_level while it runs\n" +
      "help: took log_level while it runs\n" +
      "irc/libera: took live, log_level while it runs\n",
  );
  assert.match(house.log("irc+libera.log"), /told .*#b/);
  assert.deepEqual(await pids(house), before);
  await house.cli(["backends"]);
  await house.until("core to log what it did not before", () =>
    /debug/.test(house.log("core.log")),
  );

  const renamed = { ...joined, settings: { ...joined.settings, nick: "bird" } };
  write(house, { logLevel: "debug", parts: [HELP, renamed] });
  const restarted = await house.cli(["reload", "--json"]);
  assert.deepEqual(JSON.parse(restarted.out).parts, [
    { part: "irc/libera", did: "restarted", words: "restarted for nick" },
  ]);
  assert.match(house.log("irc+libera.log"), /given .*"nick\\":\\"bird\\"/);
  const after = await pids(house);
  assert.notEqual(after["irc/libera"], before["irc/libera"]);
  assert.deepEqual([after["core"], after["help"]], [before["core"], before["help"]]);

  const refusing = { ...renamed, settings: { ...renamed.settings, refuse: true } };
  write(house, { logLevel: "debug", parts: [HELP, refusing] });
  const { out } = await house.cli(["reload"]);
  assert.equal(out, 'irc/libera: restarted for refuse, since it said "not now"\n');
});

test("core has a log level of its own, and takes another one while it runs", async (t) => {
  const checkout = await makeHouseCheckout(t);
  const { SEABIRD_BIND_HOST: _, SEABIRD_LOG_LEVEL: __, ...env } = checkout.env;
  const yaml = (own: string, all: string) =>
    writeFileSync(
      join(checkout.folder, "seabird.yaml"),
      `core: { listen: 127.0.0.1:0, ${own} }\nlog_level: ${all}\n`,
    );
  yaml("log_level: debug", "info");
  const house = new RunningHouse({ ...checkout, env });
  await house.untilState("ready", "core");
  await house.until("core to log much", () => /"level":"debug"/.test(house.log("core.log")));
  const before = await pids(house);
  yaml("log_level: error", "warn");
  const reloaded = await house.cli(["reload"]);
  assert.equal(reloaded.out, "core: took log_level while it runs\n", reloaded.err);
  yaml("", "error");
  assert.equal((await house.cli(["reload"])).out, "reloaded; nothing has changed\n");
  assert.deepEqual(await pids(house), before);
});

test("what a part says of its new settings is checked before it is shown", async (t) => {
  const house = await startHouse(t, { parts: [HELP] });
  const refusing = (refuse: unknown) => ({ ...HELP, settings: { ...HELP.settings, refuse } });
  write(house, { parts: [refusing({ toString: 1, valueOf: 1 })] });
  const odd = await house.cli(["reload"]);
  assert.equal(odd.out, "help: restarted for refuse, since it refused them\n");
  write(house, { parts: [refusing("\u001b[2Jno\n")] });
  const wild = await house.cli(["reload"]);
  assert.equal(wild.out, 'help: restarted for refuse, since it said "␛[2Jno⏎"\n');
});

test("parts come and go, with tokens that core knows; where core listens stays", async (t) => {
  const token = (name: string): PartFile => ({
    name,
    kind: "plugin",
    settings: { tokenFile: `token-${name}` },
  });
  const house = await startHouse(t, { parts: [token("old"), HELP] });
  const before = await pids(house);
  const ask = (name: string) => house.cli(["backends", "--token-file", `token-${name}`]);
  assert.equal((await ask("old")).code, 0);
  write(house, { listen: "127.0.0.1:1", parts: [HELP, token("new")] });
  process.kill(house.pid, "SIGHUP");
  await house.until("it to have reloaded", () => house.happened("reloaded").length === 1);
  assert.deepEqual(house.happened("reloaded")[0], {
    type: "reloaded",
    parts: [
      {
        part: "core",
        did: "refused",
        words: "core.listen is not changed by a reload; stop `seabird up` and start it again",
      },
      { part: "new", did: "started", words: "started" },
      { part: "old", did: "stopped", words: "stopped" },
    ],
  });
  assert.equal((await ask("new")).code, 0);
  assert.equal((await ask("old")).code, 4, "its token has ended with it");
  const after = await pids(house);
  assert.deepEqual(Object.keys(after), ["core", "help", "new"]);
  assert.deepEqual([after["core"], after["help"]], [before["core"], before["help"]]);
});

test("a part that was given wrong settings starts once they are right", async (t) => {
  const wrong: PartFile = { name: "help", kind: "plugin", settings: { exit: 78 } };
  const house = await RunningHouse.ofFixtures(t, { parts: [wrong] });
  await house.untilState("misconfigured", "help");
  write(house, { parts: [HELP] });
  const { code, out } = await house.cli(["reload"]);
  assert.equal(code, 0);
  assert.equal(out, "help: restarted for exit, greeting\n");
  await house.untilState("ready", "help");
});

test("tokens are handed over, and stand nowhere else", async (t) => {
  const parts = ["one", "irc/two"].map((name): PartFile => {
    const tokenFile = `token-${name.replace("/", "-")}`;
    return { name, kind: "plugin", logLevel: "debug", settings: { tokenFile } };
  });
  const house = await startHouse(t, { logLevel: "debug", coreEnv: {}, parts });
  const secrets = ["token-one", "token-irc-two"].map((name) =>
    readFileSync(join(house.folder, name), "utf8"),
  );
  assert.equal(new Set(secrets).size, 2);
  for (const secret of secrets) assert.match(secret, /^sbd_[\w-]{43}$/);
  for (const { pid, command } of processesIn(house.folder)) {
    const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
    for (const secret of secrets) assert.ok(!`${environment}${command}`.includes(secret), command);
  }
  await house.stop();
  const written = readdirSync(join(house.folder, ".seabird"), {
    recursive: true,
    withFileTypes: true,
  })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
  for (const secret of secrets) assert.ok(!written.join().includes(secret));
  for (const secret of secrets)
    assert.ok(!`${house.errors}${JSON.stringify(house.events)}`.includes(secret));
});

/** `seabird reload` and SIGHUP: what goes on, what is started again, what is refused. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { processesIn } from "../support/checkout.ts";
import { makeProjectCheckout, RunningProject } from "../support/running-project.ts";
import type { ProjectFile } from "../support/up-fixture.ts";

type ComponentFile = ProjectFile["components"][number];

const HELP: ComponentFile = { name: "help", kind: "plugin", settings: { greeting: "hi" } };
const IRC: ComponentFile = {
  name: "irc/libera",
  kind: "backend",
  scopes: ["backend:irc/libera"],
  settings: { nick: "birdie", live: ["#a"] },
};

async function startProject(t: Parameters<typeof RunningProject.ofFixtures>[0], file: ProjectFile) {
  const project = await RunningProject.ofFixtures(t, file);
  await project.untilState("ready", "core", ...file.components.map(({ name }) => name));
  return project;
}

function write(project: RunningProject, file: ProjectFile | string): void {
  const text = typeof file === "string" ? file : JSON.stringify(file);
  writeFileSync(join(project.folder, "project.json"), text);
}

async function pids(project: RunningProject): Promise<Record<string, number | undefined>> {
  const { components } = await project.status();
  return Object.fromEntries(components.map(({ name, pid }) => [name, pid]));
}

test("a bad file changes nothing and says so", async (t) => {
  const project = await startProject(t, { components: [HELP, IRC] });
  const before = await pids(project);
  write(project, "nonsense");
  const { code, err } = await project.cli(["reload"]);
  assert.equal(code, 78);
  assert.match(err, /^Nothing was changed; [\s\S]*project\.json:1:1: it is no project/);
  process.kill(project.pid, "SIGHUP");
  await project.until("it to be said twice", () => project.happened("reload-failed").length === 2);
  assert.deepEqual(await pids(project), before);
  write(project, { components: [HELP, IRC] });
  const again = await project.cli(["reload"]);
  assert.equal(again.out, "reloaded; nothing has changed\n");
});

test("other scopes restart a plugin with another token, and core cuts nothing off", async (t) => {
  const checkout = await makeProjectCheckout(t);
  const { SEABIRD_BIND_HOST: _, SEABIRD_LOG_LEVEL: __, ...env } = checkout.env;
  const yaml = (scopes: string) =>
    writeFileSync(
      join(checkout.folder, "seabird.yaml"),
      `core: { listen: 127.0.0.1:0 }\nplugins:\n  ./masks.ts: { ${scopes} }\n`,
    );
  writeFileSync(
    join(checkout.folder, "masks.ts"),
    `import { plugin } from "@seabird-chat/sdk";
    export const masks = plugin("masks", { needs: ["persona", "mention-everyone"] });`,
  );
  yaml("");
  const project = new RunningProject({ ...checkout, env });
  await project.untilState("ready", "core", "masks");
  const reload = async () => {
    const { code, out, err } = await project.cli(["reload"]);
    assert.equal(code, 0, err);
    return { out, err };
  };
  yaml("scopes: [persona]");
  const some = await reload();
  assert.equal(some.out, "masks: restarted to apply scopes\n");
  assert.match(some.err, /^warning: .*masks.*write scopes: \[persona, mention-everyone\]\n$/);
  yaml("scopes: [persona, mention-everyone]");
  assert.deepEqual(await reload(), { out: "masks: restarted to apply scopes\n", err: "" });
  yaml("scopes: [mention-everyone, persona]");
  assert.deepEqual(await reload(), { out: "reloaded; nothing has changed\n", err: "" });
  await project.untilState("ready", "masks");
  assert.doesNotMatch(project.log("masks.log"), /revoked/);
});

test("live settings and log levels are told; others restart that component alone", async (t) => {
  const project = await startProject(t, { components: [HELP, IRC] });
  const before = await pids(project);
  const joined = { ...IRC, settings: { ...IRC.settings, live: ["#a", "#b"] } };
  write(project, { logLevel: "debug", components: [HELP, joined] });
  const live = await project.cli(["reload"]);
  assert.equal(live.code, 0, live.err);
  assert.equal(
    live.out,
    "core: applied log_level without a restart\n" +
      "help: applied log_level without a restart\n" +
      "irc/libera: applied live, log_level without a restart\n",
  );
  assert.match(project.log("irc+libera.log"), /told .*#b/);
  assert.deepEqual(await pids(project), before);
  await project.cli(["backends"]);
  await project.until("core to log what it did not before", () =>
    /debug/.test(project.log("core.log")),
  );

  const renamed = { ...joined, settings: { ...joined.settings, nick: "bird" } };
  write(project, { logLevel: "debug", components: [HELP, renamed] });
  const restarted = await project.cli(["reload", "--json"]);
  assert.deepEqual(JSON.parse(restarted.out).components, [
    { component: "irc/libera", did: "restarted", text: "restarted to apply nick" },
  ]);
  assert.match(project.log("irc+libera.log"), /given .*"nick\\":\\"bird\\"/);
  const after = await pids(project);
  assert.notEqual(after["irc/libera"], before["irc/libera"]);
  assert.deepEqual([after["core"], after["help"]], [before["core"], before["help"]]);

  const refusing = { ...renamed, settings: { ...renamed.settings, refuse: true } };
  write(project, { logLevel: "debug", components: [HELP, refusing] });
  const { out } = await project.cli(["reload"]);
  assert.equal(out, 'irc/libera: restarted to apply refuse, since it reported "not now"\n');
});

test("core has a log level of its own, and takes another one while it runs", async (t) => {
  const checkout = await makeProjectCheckout(t);
  const { SEABIRD_BIND_HOST: _, SEABIRD_LOG_LEVEL: __, ...env } = checkout.env;
  const yaml = (own: string, all: string) =>
    writeFileSync(
      join(checkout.folder, "seabird.yaml"),
      `core: { listen: 127.0.0.1:0, ${own} }\nlog_level: ${all}\n`,
    );
  yaml("log_level: debug", "info");
  const project = new RunningProject({ ...checkout, env });
  await project.untilState("ready", "core");
  await project.until("core to log much", () => /"level":"debug"/.test(project.log("core.log")));
  const before = await pids(project);
  yaml("log_level: error", "warn");
  const reloaded = await project.cli(["reload"]);
  assert.equal(reloaded.out, "core: applied log_level without a restart\n", reloaded.err);
  yaml("", "error");
  assert.equal((await project.cli(["reload"])).out, "reloaded; nothing has changed\n");
  assert.deepEqual(await pids(project), before);
});

test("what a component says of its new settings is checked before it is shown", async (t) => {
  const project = await startProject(t, { components: [HELP] });
  const refusing = (refuse: unknown) => ({ ...HELP, settings: { ...HELP.settings, refuse } });
  write(project, { components: [refusing({ toString: 1, valueOf: 1 })] });
  const odd = await project.cli(["reload"]);
  assert.equal(odd.out, "help: restarted to apply refuse, since it rejected them\n");
  write(project, { components: [refusing("\u001b[2Jno\n")] });
  const wild = await project.cli(["reload"]);
  assert.equal(wild.out, 'help: restarted to apply refuse, since it reported "␛[2Jno⏎"\n');
});

test("components come and go, with tokens that core knows; where core listens stays", async (t) => {
  const token = (name: string): ComponentFile => ({
    name,
    kind: "plugin",
    settings: { tokenFile: `token-${name}` },
  });
  const project = await startProject(t, { components: [token("old"), HELP] });
  const before = await pids(project);
  const ask = (name: string) => project.cli(["backends", "--token-file", `token-${name}`]);
  assert.equal((await ask("old")).code, 0);
  write(project, { listen: "127.0.0.1:1", components: [HELP, token("new")] });
  process.kill(project.pid, "SIGHUP");
  await project.until("it to have reloaded", () => project.happened("reloaded").length === 1);
  assert.deepEqual(project.happened("reloaded")[0], {
    type: "reloaded",
    components: [
      {
        component: "core",
        did: "refused",
        text: "core.listen is not changed by a reload; stop `seabird up` and start it again",
      },
      { component: "new", did: "started", text: "started" },
      { component: "old", did: "stopped", text: "stopped" },
    ],
  });
  assert.equal((await ask("new")).code, 0);
  assert.equal((await ask("old")).code, 4, "its token has ended with it");
  const after = await pids(project);
  assert.deepEqual(Object.keys(after), ["core", "help", "new"]);
  assert.deepEqual([after["core"], after["help"]], [before["core"], before["help"]]);
});

test("a component that was given wrong settings starts once they are right", async (t) => {
  const wrong: ComponentFile = { name: "help", kind: "plugin", settings: { exit: 78 } };
  const project = await RunningProject.ofFixtures(t, { components: [wrong] });
  await project.untilState("misconfigured", "help");
  write(project, { components: [HELP] });
  const { code, out } = await project.cli(["reload"]);
  assert.equal(code, 0);
  assert.equal(out, "help: restarted to apply exit, greeting\n");
  await project.untilState("ready", "help");
});

test("tokens are handed over, and stand nowhere else", async (t) => {
  const components = ["one", "irc/two"].map((name): ComponentFile => {
    const tokenFile = `token-${name.replace("/", "-")}`;
    return { name, kind: "plugin", logLevel: "debug", settings: { tokenFile } };
  });
  const project = await startProject(t, { logLevel: "debug", coreEnv: {}, components });
  const secrets = ["token-one", "token-irc-two"].map((name) =>
    readFileSync(join(project.folder, name), "utf8"),
  );
  assert.equal(new Set(secrets).size, 2);
  for (const secret of secrets) assert.match(secret, /^sbd_[\w-]{43}$/);
  for (const { pid, command } of processesIn(project.folder)) {
    const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
    for (const secret of secrets) assert.ok(!`${environment}${command}`.includes(secret), command);
  }
  await project.stop();
  const written = readdirSync(join(project.folder, ".seabird"), {
    recursive: true,
    withFileTypes: true,
  })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
  for (const secret of secrets) assert.ok(!written.join().includes(secret));
  for (const secret of secrets)
    assert.ok(!`${project.errors}${JSON.stringify(project.events)}`.includes(secret));
});

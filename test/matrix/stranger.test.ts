/** From nothing to a talking bot, as docs/matrix.md has it: `init`, `up`, a room, a private conversation, `doctor`. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { freePort } from "../support/irc-servers.ts";
import { MatrixPerson } from "../support/matrix-person.ts";
import { runCli } from "../support/run-cli.ts";
import { makeProjectCheckout, RunningProject } from "../support/running-project.ts";
import { needSynapse } from "../support/synapse.ts";

const ROOM = "#lobby:seabird.test";

test("a stranger's bot talks on Matrix", async (t) => {
  const server = await needSynapse(t);
  if (server === undefined) return;
  const bot = await server.register("mybot");
  const account = await server.register("ann");
  await using ann = await MatrixPerson.join(server, account);
  const created = { preset: "public_chat", room_alias_name: "lobby" };
  const { room_id: room } = await server.call(account, "POST", "v3/createRoom", created);
  const checkout = await makeProjectCheckout(t);
  const { folder: cwd, env } = checkout;
  const devices = async () => (await server.call(bot, "GET", "v3/devices")).devices.length;
  const before = await devices();

  const init = (password: string, homeserver = server.url) => {
    const settings = [
      ...[`homeserver=${homeserver}`, `user=${bot.userId}`, "password_file=-"],
      ...[`channels=${ROOM}`, `accept_invites_from=${ann.userId}`],
    ].flatMap((setting) => ["--set", setting]);
    const args = ["init", "--yes", "--backend", "matrix/home", ...settings];
    return runCli(args, { cwd, env, input: password });
  };

  await t.test("init tries the login before it writes anything", async () => {
    const files = readdirSync(cwd);
    const nameless = ["--backend", "matrix", "--set", `homeserver=${server.url}`];
    const incomplete = await runCli(["init", "--yes", ...nameless], { cwd, env });
    assert.equal(incomplete.code, 2);
    assert.match(incomplete.err, /user is missing/);
    const wrong = await init("not it");
    assert.equal(wrong.code, 3, wrong.err);
    assert.match(wrong.err, /password/i);
    const nobody = await init(bot.password, `http://127.0.0.1:${await freePort()}`);
    assert.equal(nobody.code, 3, nobody.err);
    assert.match(nobody.err, /cannot reach 127\.0\.0\.1:\d+: nothing listens there/);
    assert.deepEqual(readdirSync(cwd), files);
    assert.ok(!`${wrong.err}${nobody.err}`.includes(bot.password));

    const right = await init(bot.password);
    assert.equal(right.code, 0, right.err);
    assert.match(right.err, /✔ .*@mybot:seabird\.test/);
    const { backends } = parse(readFileSync(join(cwd, "seabird.yaml"), "utf8"));
    assert.deepEqual(backends, {
      "matrix/home": {
        ...{ homeserver: server.url, user: bot.userId, channels: [ROOM] },
        password_file: "./secrets/matrix-home-password",
        accept_invites_from: [ann.userId],
      },
    });
    const secret = join(cwd, "secrets/matrix-home-password");
    assert.equal(readFileSync(secret, "utf8"), `${bot.password}\n`);
    assert.equal(statSync(secret).mode & 0o777, 0o600);
    assert.equal(await devices(), before, "the trial left a device behind");
    const checked = await runCli(["config", "check"], { cwd, env });
    assert.equal(checked.code, 0, checked.err);
  });

  const answers = (where: string, count: number) => () =>
    ann.heard.filter(
      ({ room_id, sender, content }) =>
        room_id === where && sender === bot.userId && /pong/.test(content?.body),
    ).length >= count;

  await t.test("up: the bot answers in the room, and in private", async () => {
    const project = new RunningProject(checkout);
    await project.untilState("ready", "core", "matrix/home", "ping");
    await project.until("the bot in the room", async () => {
      const path = `v3/rooms/${encodeURIComponent(room)}/joined_members`;
      return bot.userId in (await server.call(account, "GET", path)).joined;
    });
    await ann.say(room, "!ping");
    await project.until("the answer", answers(room, 1));

    // As Element does: invited, and written to at once.
    const { room_id: direct } = await server.call(account, "POST", "v3/createRoom", {
      ...{ is_direct: true, invite: [bot.userId], preset: "trusted_private_chat" },
    });
    await ann.say(direct, "!ping");
    await project.until("the private answer", answers(direct, 1));

    const doctor = await project.cli(["doctor"]);
    assert.match(doctor.out, /matrix:\/\/home.*cannot delete messages/);
    const backends = await project.cli(["backends"]);
    assert.match(backends.out, /^matrix:\/\/home +matrix +connected$/m);
    await project.stop();
    const log = project.log("matrix+home.log") + project.errors;
    assert.ok(!log.includes(bot.password));
  });

  await t.test("a restart is the same device; reload joins and leaves rooms", async () => {
    const project = new RunningProject(checkout);
    await project.untilState("ready", "core", "matrix/home", "ping");
    const made = { preset: "public_chat", room_alias_name: "two" };
    const { room_id: second } = await server.call(account, "POST", "v3/createRoom", made);
    const file = join(cwd, "seabird.yaml");
    const text = readFileSync(file, "utf8");
    const isIn = async () =>
      (await server.call(bot, "GET", "v3/joined_rooms")).joined_rooms.includes(second);
    const entry = `      - "${ROOM}"\n`;
    writeFileSync(file, text.replace(entry, `${entry}      - "#two:seabird.test"\n`));
    const { code, err } = await project.cli(["reload"]);
    assert.equal(code, 0, err);
    await project.until("the second room", isIn);
    assert.equal((await project.component("matrix/home")).restarts, 0);
    writeFileSync(file, text);
    await project.cli(["reload"]);
    await project.until("the second room to be left", async () => !(await isIn()));
    await ann.say(room, "!ping");
    await project.until("the answer", answers(room, 2));
    assert.equal(await devices(), before + 1);
    await project.stop();
  });

  await t.test("a password that was changed ends the backend with one line", async () => {
    await server.call(bot, "POST", "v3/account/password", {
      ...{ new_password: "another", logout_devices: false },
      auth: {
        ...{ type: "m.login.password", password: bot.password },
        identifier: { type: "m.id.user", user: bot.userId },
      },
    });
    const list = (await server.call(bot, "GET", "v3/devices")).devices;
    const ours = list.find(({ display_name }: { display_name: string }) =>
      /seabird/i.test(display_name),
    );
    await server.call(bot, "POST", "v3/delete_devices", {
      devices: [ours.device_id],
      auth: {
        ...{ type: "m.login.password", password: "another" },
        identifier: { type: "m.id.user", user: bot.userId },
      },
    });
    const project = new RunningProject(checkout);
    await project.untilState("misconfigured", "matrix/home");
    const { lastLines = [], restarts } = await project.component("matrix/home");
    assert.equal(restarts, 0);
    assert.match(lastLines.join("\n"), /settings of matrix\/home: password: /);
    await project.stop();
  });
});

/** From nothing to a talking bot, as docs/xmpp.md has it: `init`, `up`, a room, private messages, `doctor`. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { needProsody } from "../support/prosody.ts";
import { runCli } from "../support/run-cli.ts";
import { makeProjectCheckout, RunningProject } from "../support/running-project.ts";
import { XmppPerson } from "../support/xmpp-person.ts";

test("a stranger's bot talks on XMPP", async (t) => {
  const server = await needProsody(t);
  if (server === undefined) return;
  const bot = await server.register("mybot");
  await using ann = await XmppPerson.login(server, await server.register("ann"));
  const room = `lobby@${server.archivedRooms}`;
  await ann.joins(room, "ann");
  const checkout = await makeProjectCheckout(t);
  const { folder: cwd, env } = checkout;

  const init = (password: string, service = server.url) => {
    const settings = [
      ...[`address=${bot.address}`, "password_file=-", `channels=${room}`],
      ...[`service=${service}`, `tls.ca=${server.certificate}`],
    ].flatMap((setting) => ["--set", setting]);
    const args = ["init", "--yes", "--backend", "xmpp/home", ...settings];
    return runCli(args, { cwd, env, input: password });
  };

  await t.test("init tries the login before it writes anything", async () => {
    const files = readdirSync(cwd);
    const wrong = await init("not it");
    assert.equal(wrong.code, 3, wrong.err);
    assert.match(wrong.err, /password/i);
    const nobody = await init(bot.password, "xmpp://127.0.0.1:1");
    assert.equal(nobody.code, 3, nobody.err);
    assert.match(nobody.err, /127\.0\.0\.1:1/);
    assert.deepEqual(readdirSync(cwd), files);
    assert.ok(!`${wrong.err}${nobody.err}`.includes(bot.password));

    const right = await init(bot.password);
    assert.equal(right.code, 0, right.err);
    assert.match(right.err, /✔ .*mybot@seabird\.test/);
    const { backends } = parse(readFileSync(join(cwd, "seabird.yaml"), "utf8"));
    assert.deepEqual(backends, {
      "xmpp/home": {
        ...{ address: bot.address, password_file: "./secrets/xmpp-home-password" },
        ...{ channels: [room], service: server.url, tls: { ca: server.certificate } },
      },
    });
    const secret = join(cwd, "secrets/xmpp-home-password");
    assert.equal(readFileSync(secret, "utf8"), `${bot.password}\n`);
    assert.equal(statSync(secret).mode & 0o777, 0o600);
    const checked = await runCli(["config", "check"], { cwd, env });
    assert.equal(checked.code, 0, checked.err);
  });

  await t.test("up: the bot answers in the room, and in private", async () => {
    const project = new RunningProject(checkout);
    const answer = (from: string) => () =>
      ann.heard.some(
        (each) =>
          String(each.attrs["from"]).startsWith(from) &&
          /pong/.test(String(each.getChildText("body"))),
      );
    await project.untilState("ready", "core", "xmpp/home", "ping");
    await ann.hears("the bot", ({ attrs }) => attrs["from"] === `${room}/mybot`);
    await ann.says(room, "!ping");
    await project.until("the answer", answer(`${room}/mybot`));
    await ann.says(bot.address, "!ping", "chat");
    await project.until("the private answer", answer(bot.address));

    const sent = await project.cli(["send", `xmpp://home/${room}`, "hello from outside"]);
    assert.equal(sent.code, 0, sent.err);
    await ann.hearsBody("hello from outside");
    const doctor = await project.cli(["doctor"]);
    assert.match(doctor.out, /xmpp:\/\/home.*cannot delete/);
    const backends = await project.cli(["backends"]);
    assert.match(backends.out, /^xmpp:\/\/home +xmpp +connected$/m);
    await project.stop();
    const log = project.log("xmpp+home.log") + project.errors;
    assert.ok(!log.includes(bot.password));
  });

  await t.test("a password that was changed ends the backend with one line", async () => {
    await server.register("mybot");
    const project = new RunningProject(checkout);
    await project.untilState("misconfigured", "xmpp/home");
    const { lastLines = [], restarts } = await project.component("xmpp/home");
    assert.equal(restarts, 0);
    assert.match(lastLines.join("\n"), /settings of xmpp\/home: password: /);
    assert.ok(!lastLines.join("\n").includes(bot.password));
    await project.stop();
  });
});

/** Rooms of Matrix on a real server: invitations, private rooms, topics, upgrades, encryption, outages. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { absoluteId } from "@seabird-chat/protocol";
import { connectActions } from "@seabird-chat/sdk";
import { createLog, startBackend } from "@seabird-chat/sdk/backend";
import { type Backendbed, backendbed } from "@seabird-chat/testkit";
import { matrixBackend } from "../../backends/matrix/src/backend.ts";
import { startCore } from "../support/core.ts";
import { MatrixPerson } from "../support/matrix-person.ts";
import { type Json, type MatrixAccount, needSynapse, type Synapse } from "../support/synapse.ts";
import { until } from "../support/until.ts";

/** A person with rooms, and a bot's account that no other case uses. */
interface Stage {
  readonly t: TestContext;
  readonly server: Synapse;
  readonly ann: MatrixPerson;
  readonly account: MatrixAccount;
  readonly bot: MatrixAccount;
  /** Not used by any other case. */
  readonly name: string;
}

type Case = (stage: Stage) => Promise<void>;

async function start(
  { t, server, bot }: Stage,
  config: Readonly<Record<string, unknown>> = {},
): Promise<Backendbed> {
  const login = "user" in config ? {} : { access_token: bot.accessToken };
  const bed = await backendbed({
    timeoutMs: 30_000,
    backend: matrixBackend,
    config: { homeserver: server.url, ...login, ...config },
  });
  t.after(() => bed.close());
  return bed;
}

async function makeRoom({ server, account }: Stage, room: object = {}): Promise<string> {
  const made = await server.call(account, "POST", "v3/createRoom", {
    preset: "public_chat",
    ...room,
  });
  return made.room_id;
}

const DIRECT = { is_direct: true, preset: "trusted_private_chat" };
const ENCRYPTION = {
  type: "m.room.encryption",
  state_key: "",
  content: { algorithm: "m.megolm.v1.aes-sha2" },
};

const at = (roomId: string) => `v3/rooms/${encodeURIComponent(roomId)}`;

const answers = (roomId: string, words: string) => (event: Json) =>
  event.room_id === roomId && event.content.body === words;

async function asks(stage: Stage, bed: Backendbed, roomId: string, words: string) {
  await stage.ann.say(roomId, words);
  const asked = await bed.nextEvent();
  assert.deepEqual([asked.kind, asked.text], ["privateMessage", words]);
}

const untilJoined = (bed: Backendbed, id: string) =>
  bed.until(`the channel ${id}`, async () => (await bed.channels()).some((each) => each.id === id));

const CASES: Readonly<Record<string, Case>> = {
  "an answer goes to the private room where somebody wrote, another message to the last": async (
    stage,
  ) => {
    const { ann, bot } = stage;
    const bed = await start(stage, { accept_invites_from: ["@ann:*"] });
    const one = await makeRoom(stage, { ...DIRECT, invite: [bot.userId] });
    await asks(stage, bed, one, "in the first room");
    const two = await makeRoom(stage, { ...DIRECT, invite: [bot.userId] });
    await asks(stage, bed, two, "in the second room");
    assert.deepEqual(await bed.channels(), []);
    await bed.sendPrivately(ann.userId, "to the last");
    await ann.hears("the message", answers(two, "to the last"));
    await bed.sendPrivately(ann.userId, "to the first", { referrer: one });
    await ann.hears("the answer", answers(one, "to the first"));
    await bed.sendPrivately(ann.userId, "of another", { referrer: "!other:seabird.test" });
    await ann.hears("the other message", answers(two, "of another"));
    const path = `v3/user/${bot.userId}/account_data/m.direct`;
    await bed.until("the rooms to be marked", async () => {
      const direct = await stage.server.call(bot, "GET", path).catch(() => ({}));
      return direct[ann.userId]?.length === 2;
    });
  },

  "a private room is made for who has none": async (stage) => {
    const { ann } = stage;
    const bed = await start(stage);
    const sent = Promise.all([
      bed.sendPrivately(ann.userId, "hello"),
      bed.sendPrivately(ann.userId, "again"),
    ]);
    const invited = (event: Json) =>
      event.type === "m.room.member" &&
      event.state_key === ann.userId &&
      event.sender === stage.bot.userId;
    await sent;
    const { room_id: roomId } = await ann.hears("the invitation", invited);
    await ann.call("join", { room_id: roomId });
    await ann.hears("what was said before", answers(roomId, "again"));
    await asks(stage, bed, roomId, "who are you?");
    await assert.rejects(bed.sendPrivately("ann", "no"), {
      message: "that is not a user id such as @ann:example.org",
    });
    const { bot, server } = stage;
    await assert.rejects(bed.sendPrivately(bot.userId, "no"), {
      message: "that is the bot itself",
    });
    // Synapse makes the room before it finds that it cannot invite them.
    await assert.rejects(bed.sendPrivately("@x:elsewhere.invalid", "no"), { message: /denied/ });
    await bed.until("the empty room to be left", async () => {
      const { joined_rooms } = await server.call(bot, "GET", "v3/joined_rooms");
      return joined_rooms.join() === roomId;
    });
    assert.deepEqual(await bed.channels(), []);
  },

  "invitations by others, and into encrypted rooms, are not followed": async (stage) => {
    const { bot, server } = stage;
    const bed = await start(stage, { accept_invites_from: ["@ann:*"] });
    const ben = await server.register(`ben-${stage.name}`);
    const byBen = await makeRoom({ ...stage, account: ben }, { invite: [bot.userId] });
    const secret = await makeRoom(stage, { invite: [bot.userId], initial_state: [ENCRYPTION] });
    const open = await makeRoom(stage, { invite: [bot.userId] });
    await untilJoined(bed, open);
    await bed.until("the log", () => bed.log.find("cannot read encrypted rooms") !== undefined);
    await bed.until(
      "the log",
      () => bed.log.find("accept_invites_from does not allow") !== undefined,
    );
    const member = `${at(secret)}/state/m.room.member/${bot.userId}`;
    await bed.until("the refusal", async () => {
      const { membership, reason } = await server.call(stage.account, "GET", member);
      return membership === "leave" && /cannot read encrypted rooms/.test(reason);
    });
    const other = await server.call(ben, "GET", `${at(byBen)}/state/m.room.member/${bot.userId}`);
    assert.equal(other.membership, "invite");
    assert.deepEqual(
      (await bed.channels()).map(({ id }) => id),
      [open],
    );
  },

  "an encrypted room is named in the log and the metadata, and sends there are refused": async (
    stage,
  ) => {
    const room_alias_name = stage.name;
    await makeRoom(stage, { room_alias_name, initial_state: [ENCRYPTION] });
    const channel = `#${room_alias_name}:${stage.server.serverName}`;
    const bed = await start(stage, { channels: [channel] });
    await untilJoined(bed, channel);
    assert.equal((await bed.metadata())["encrypted_rooms"], channel);
    assert.ok(bed.log.find("the room is encrypted"));
    await assert.rejects(bed.send(channel, "hi"), { message: /^the room is encrypted: / });
  },

  "name, topic and missing permissions are known, and change": async (stage) => {
    const { account, bot, server } = stage;
    const room_alias_name = stage.name;
    const roomId = await makeRoom(stage, { room_alias_name, name: "Lobby", topic: "tea" });
    const channel = `#${room_alias_name}:${server.serverName}`;
    const bed = await start(stage, { channels: [channel] });
    assert.deepEqual(await bed.channels(), [{ id: channel, displayName: "Lobby", topic: "tea" }]);
    const missing = async () => (await bed.metadata())["missing_permissions"] ?? "";
    const what = "delete messages, set topics, mention everyone";
    assert.equal(await missing(), `${channel}: cannot ${what} (power 0, needs 50)`);
    await assert.rejects(bed.setTopic(channel, "coffee"), { message: /power|permission/i });
    await server.call(account, "PUT", `${at(roomId)}/state/m.room.name`, { name: "Hall" });
    const levels = `${at(roomId)}/state/m.room.power_levels`;
    const before = await server.call(account, "GET", levels);
    const users = { ...before.users, [bot.userId]: 50 };
    await server.call(account, "PUT", levels, { ...before, users });
    await bed.until("the power", async () => (await missing()) === "");
    await bed.setTopic(channel, "coffee");
    assert.deepEqual(await bed.channels(), [{ id: channel, displayName: "Hall", topic: "coffee" }]);
  },

  "a room that is upgraded stays the same channel": async (stage) => {
    const { ann, account, server } = stage;
    const room_alias_name = stage.name;
    const roomId = await makeRoom(stage, { room_alias_name });
    const channel = `#${room_alias_name}:${server.serverName}`;
    const bed = await start(stage, { channels: [channel] });
    const body = { new_version: "10" };
    const { replacement_room: next } = await server.call(
      account,
      "POST",
      `${at(roomId)}/upgrade`,
      body,
    );
    await bed.until("the new room", () => bed.log.find("the room was replaced") !== undefined);
    await untilJoined(bed, channel);
    await bed.send(channel, "moved");
    await ann.hears("the message", answers(next, "moved"));
    await ann.say(next, "welcome");
    const welcome = await bed.nextEvent();
    assert.deepEqual([welcome.channel, welcome.text], [channel, "welcome"]);
    assert.equal((await bed.channels()).length, 1);
  },

  "a private room that is upgraded stays a channel, and moves when the bot is invited": async (
    stage,
  ) => {
    const { ann, account, bot, server } = stage;
    const roomId = await makeRoom(stage, { preset: "private_chat", invite: [bot.userId] });
    const bed = await start(stage, { channels: [roomId] });
    await untilJoined(bed, roomId);
    const body = { new_version: "10" };
    const upgrade = await server.call(account, "POST", `${at(roomId)}/upgrade`, body);
    const next = upgrade.replacement_room;
    await bed.until("the log", () => bed.log.find("cannot follow to the room") !== undefined);
    assert.deepEqual(
      (await bed.channels()).map(({ id }) => id),
      [roomId],
    );
    await server.call(account, "POST", `${at(next)}/invite`, { user_id: bot.userId });
    await bed.until("the new room", () => bed.log.find("the room was replaced") !== undefined);
    await bed.send(roomId, "moved");
    await ann.hears("the message", answers(next, "moved"));
    assert.deepEqual(
      (await bed.channels()).map(({ id }) => id),
      [roomId],
    );
  },

  "removed from a room, the bot leaves the channel, and the log says by whom and why": async (
    stage,
  ) => {
    const { account, bot, server } = stage;
    const room_alias_name = stage.name;
    const roomId = await makeRoom(stage, { room_alias_name });
    const channel = `#${room_alias_name}:${server.serverName}`;
    const bed = await start(stage, { channels: [channel] });
    const kick = { user_id: bot.userId, reason: "too loud" };
    await server.call(account, "POST", `${at(roomId)}/kick`, kick);
    await bed.until("the end", async () => (await bed.channels()).length === 0);
    assert.deepEqual(bed.log.find("removed from the room")?.fields["reason"], "too loud");
    await assert.rejects(bed.send(channel, "hi"), { message: "the bot is not in this room" });
    await bed.join(channel);
    assert.equal((await bed.channels()).length, 1);
    await bed.leave(channel, "bye");
    assert.deepEqual(await bed.channels(), []);
  },

  "what was said while the bot was away is reported once, and a gap is named": async (stage) => {
    const { ann, server, t } = stage;
    const folder = await mkdtemp(join(tmpdir(), "seabird-matrix-"));
    t.after(() => rm(folder, { recursive: true }));
    const [quiet, loud] = [`${stage.name}-quiet`, `${stage.name}-loud`];
    const channels = [quiet, loud].map((name) => `#${name}:${server.serverName}`);
    const quietRoom = await makeRoom(stage, { room_alias_name: quiet });
    const loudRoom = await makeRoom(stage, { room_alias_name: loud });
    await ann.say(quietRoom, "before the first connection");
    const state_file = join(folder, "state.json");
    const before = await start(stage, { channels, state_file });
    await ann.say(quietRoom, "one");
    assert.equal((await before.nextEvent()).text, "one");
    await before.close();
    assert.deepEqual(before.events, []);
    const id = await ann.say(quietRoom, "two");
    const say = (index: number) => {
      const content = { msgtype: "m.text", body: `${index}` };
      return server.call(
        stage.account,
        "PUT",
        `${at(loudRoom)}/send/m.room.message/${index}`,
        content,
      );
    };
    await Promise.all(Array.from({ length: 120 }, (_, index) => say(index)));
    const bed = await start(stage, { channels, state_file });
    await bed.until("the events", () => bed.events.length >= 101);
    const heard = bed.events.filter(({ channel }) => channel === channels[0]);
    assert.deepEqual(
      heard.map((event) => [event.text, event.id]),
      [["two", id]],
    );
    assert.ok(bed.log.find(`messages of ${channels[1]} are missing`));
    const changes: string[] = [];
    while (changes.at(-1) !== "networkBack") {
      const { change, reason } = await bed.nextReport("backend");
      changes.push(change);
      if (change === "networkLost")
        assert.match(reason, new RegExp(`of ${channels[1]} are missing`));
    }
    assert.ok(changes.includes("networkLost"));
    await bed.close();
  },

  "other channels, and others who may invite, are taken without a restart": async (stage) => {
    const { t, bot, server } = stage;
    const names = ["one", "two"].map((each) => `${stage.name}-${each}`);
    const [one, two] = names.map((name) => `#${name}:${server.serverName}`) as [string, string];
    for (const room_alias_name of names) await makeRoom(stage, { room_alias_name });
    const invited = await makeRoom(stage, { invite: [bot.userId] });
    const core = await startCore({}, t);
    const actions = connectActions({ url: core.url, token: await core.token(["plugin"], "ear") });
    t.after(() => actions.close());
    const log: string[] = [];
    const config = { homeserver: server.url, access_token: bot.accessToken };
    const backend = startBackend(matrixBackend, {
      ...{ id: "home", url: core.url, config: { ...config, channels: [one] } },
      token: await core.token(["backend:matrix/home"], "backend"),
      log: createLog({ name: "matrix/home", stream: { write: (line) => log.push(line) } }),
    });
    t.after(() => backend.close());
    await backend.ready();
    const id = (channel: string) => absoluteId({ type: "matrix", id: "home" }, channel);
    const untilIn = (...channels: readonly string[]) =>
      until(`the channels ${channels.join(", ")}`, async () => {
        const list = await actions.listChannels("matrix://home");
        return isDeepStrictEqual(list.map((each) => each.id).sort(), channels.map(id).sort());
      });
    await untilIn(one);
    await backend.reconfigure({ ...config, channels: [one, two] });
    await untilIn(one, two);
    await backend.reconfigure({ ...config, channels: [two] });
    await untilIn(two);
    await until("the invitation", () => log.some((line) => line.includes("invitation ignored")));
    await backend.reconfigure({ ...config, channels: [two], accept_invites_from: ["@ann:*"] });
    await untilIn(two, invited);
    await assert.rejects(
      backend.reconfigure({ ...config, command_prefix: "?" }),
      /needs a restart/,
    );
  },

  "a password's login is kept as one device, in a file for its owner alone": async (stage) => {
    const { ann, bot, server, t } = stage;
    const folder = await mkdtemp(join(tmpdir(), "seabird-matrix-"));
    t.after(() => rm(folder, { recursive: true }));
    const state_file = join(folder, "state.json");
    const login = { user: bot.userId, password: bot.password, state_file };
    const kept = async () => JSON.parse(await readFile(state_file, "utf8"));
    const devices = async () => {
      const list = await server.call(bot, "GET", "v3/devices");
      return list.devices.map((device: Json) => device.device_id).sort();
    };
    const before = await devices();
    await (await start(stage, login)).close();
    const { deviceId, accessToken } = await kept();
    assert.equal((await stat(state_file)).mode & 0o777, 0o600);
    assert.deepEqual(await devices(), [...before, deviceId].sort());
    const bed = await start(stage, login);
    assert.equal((await kept()).accessToken, accessToken);
    await server.call({ ...bot, accessToken }, "POST", "v3/logout", {});
    const hasNew = async () => (await kept()).accessToken !== accessToken;
    await bed.until("the new login", async () => {
      bed.clock.pass(500);
      return await hasNew();
    });
    await bed.connected();
    assert.deepEqual(await devices(), [...before, deviceId].sort());
    await bed.sendPrivately(ann.userId, "still me");
    await bed.close();
  },

  "without a file the session ends with the backend": async (stage) => {
    const { bot, server } = stage;
    const bed = await start(stage, { user: bot.userId, password: bot.password });
    const count = async () => (await server.call(bot, "GET", "v3/devices")).devices.length;
    assert.equal(await count(), 2);
    await bed.close();
    assert.equal(await count(), 1);
  },

  "what the server does not accept ends the backend, and names the setting": async (stage) => {
    const { bot, server } = stage;
    const backend = matrixBackend;
    const rows: readonly (readonly [object, RegExp])[] = [
      [{ user: bot.userId, password: "wrong" }, /does not accept user and password/],
      [{ user: "nobody", password: "wrong" }, /does not accept user and password/],
      [{ access_token: "wrong" }, /the access token is not valid: /],
      [{ user: bot.userId }, /password is missing/],
      [{}, /user is missing/],
    ];
    for (const [login, message] of rows) {
      const config = { homeserver: server.url, ...login };
      await assert.rejects(backendbed({ backend, config }), { message });
    }
  },
};

test("rooms of Matrix", async (t) => {
  const server = await needSynapse(t);
  if (server === undefined) return;
  const account = await server.register("ann");
  await using ann = await MatrixPerson.join(server, account);
  let cases = 0;
  for (const [what, check] of Object.entries(CASES)) {
    const name = `case${++cases}`;
    await t.test(what, async (t) => {
      const bot = await server.register(`bot-${name}`);
      await check({ t, server, ann, account, bot, name });
    });
  }
});

/** Rooms of Matrix on a real server: invitations, private rooms, topics, upgrades, encryption, outages. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Backendbed, backendbed } from "@seabird-chat/testkit";
import { matrixBackend } from "../../backends/matrix/src/backend.ts";
import { MatrixPerson } from "../support/matrix-person.ts";
import { type Json, type MatrixAccount, needSynapse, type Synapse } from "../support/synapse.ts";

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

const CASES: Readonly<Record<string, Case>> = {
  "an invitation into a private room by one of the list is followed": async (stage) => {
    const { ann, bot } = stage;
    const bed = await start(stage, { accept_invites_from: ["@ann:*"] });
    const options = { is_direct: true, invite: [bot.userId], preset: "trusted_private_chat" };
    const { room_id: roomId } = await ann.call("room_create", options);
    await ann.say(roomId, "psst");
    const asked = await bed.nextEvent();
    assert.deepEqual([asked.kind, asked.text], ["privateMessage", "psst"]);
    assert.deepEqual(await bed.channels(), []);
    await bed.sendPrivately(ann.userId, "yes?");
    await ann.hears("the answer", (e) => e.room_id === roomId && e.content.body === "yes?");
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

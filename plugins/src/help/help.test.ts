/** `help`, asked in a channel and in private. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Plugin, plugin } from "@seabird-chat/sdk";
import { testbed } from "@seabird-chat/testkit";
import { ping } from "../ping/index.ts";
import { help } from "./index.ts";

function karma(): Plugin {
  const made = plugin("karma");
  made.command("karma", { help: "tells a score", examples: ["tea"] }, () => undefined);
  return made;
}

test("help lists every plugin's commands, and explains one", async () => {
  await using bed = await testbed({ plugins: [help, ping, karma()] });
  const room = bed.channel("#hall");
  await room.say("ann", "!help");
  await room.expect("ann: Commands: `help`, `karma`, `ping`. For more: `help <command>`");
  await room.say("ann", "!help !ping");
  await room.expect(/^ann: `ping`: answers pong/);
  await room.say("ann", "!help karma");
  await room.expect(/^ann: karma: tells a score – .*karma tea/s);
  const ann = bed.private("ann");
  await ann.say("help ping");
  await ann.expect(/^ping: answers pong/);
});

test("a command with sub-commands is explained in one line, and each by its name", async () => {
  const game = plugin("game");
  game.command("game start", "starts one", () => undefined);
  game.command("game stop", "ends it", () => undefined);
  await using bed = await testbed({ plugins: [help, game] });
  const room = bed.channel("#hall");
  await room.say("ann", "!help game");
  await room.expect("ann: `game`: `game start|stop`. For more: `help game <command>`");
  await room.say("ann", "！Help Game Stop");
  await room.expect(/^ann: `game stop`: ends it/);
});

test("an unknown command is said so, and a mistyped one found", async () => {
  await using bed = await testbed({ plugins: [help, ping] });
  const room = bed.channel("#hall");
  await room.say("ann", "!help pnig");
  await room.expect("ann: there is no command `pnig`; did you mean `ping`?");
  await room.say("ann", "!help weather");
  await room.expect("ann: there is no command `weather`; `help` lists them all");
});

test("what nobody registered is left alone, unless it is asked for", async () => {
  await using quiet = await testbed({ plugins: [help, ping] });
  const room = quiet.channel("#hall");
  await room.say("ann", "!pnig");
  await room.expectNothing();

  const config = { help: { suggest: true } };
  await using helpful = await testbed({ plugins: [help, ping], config });
  const hall = helpful.channel("#hall");
  await hall.say("ann", "!pnig");
  await hall.expect("ann: did you mean `ping`?");
  await hall.say("ann", "!weather");
  await hall.expectNothing();
  await hall.say("ann", "!ping");
  await hall.expect("ann: pong");
});

test("settings that help does not have are refused by name", async () => {
  const start = (settings: unknown) => testbed({ plugins: [help], config: { help: settings } });
  await assert.rejects(start({ sugest: true }), /settings of help: sugest: unknown setting/);
  await assert.rejects(start({ suggest: "yes" }), /suggest: must be true or false/);
  await assert.rejects(start("yes"), /must be an object/);
});

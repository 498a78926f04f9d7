/** What the introspection plugin answers. */
import { test } from "node:test";
import { testbed } from "@seabird-chat/testkit";
import { introspection, version } from "./index.ts";

test("uptime is measured by the plugin's clock", async () => {
  await using bed = await testbed({ plugins: [introspection] });
  const room = bed.channel("#hall");
  await bed.clock.advance("1h 1m 1s");
  await room.say("ann", "!uptime");
  await room.expect("ann: core 1 h 1 min, plugins 1 h 1 min");
  await bed.restartPlugin();
  await bed.clock.advance("2s");
  await room.say("ann", "!uptime");
  await room.expect("ann: core 1 h 1 min, plugins 2 s");
});

test("backends and channels are those of core", async () => {
  const discord = { name: "discord/guild", metadata: { version: "7" } };
  await using bed = await testbed({ plugins: [introspection], backends: ["irc/libera", discord] });
  const room = bed.channel("#hall");
  bed.channel("lobby", "discord/guild");
  await room.say("ann", "!backends");
  await room.expect("ann: `discord://guild`, `irc://libera`");
  await room.say("ann", "!backends discord://guild");
  await room.expect(/^ann: discord:\/\/guild: .*command_prefix=!.*version=7/);
  await room.say("ann", "!channels");
  await room.expect("ann: `#hall`");
  await room.say("ann", "!channels discord://guild");
  await room.expect("ann: `lobby`");
  await bed.private("ann").say("channels");
  await bed.private("ann").expect("`#hall`");
});

test("core's refusal is answered, and so is the version", async () => {
  await using bed = await testbed({ plugins: [introspection] });
  const room = bed.channel("#hall");
  await room.say("ann", "!backends irc://nowhere");
  await room.expect("ann: there is no backend `irc://nowhere`; there are: `irc://libera`");
  await room.say("ann", "!channels irc");
  await room.expect("ann: there is no backend `irc`; there are: `irc://libera`");
  await room.say("ann", "!version");
  await room.expect(`ann: ${version()}`);
});

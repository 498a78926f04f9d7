/** The page on storage and schedules: its plugins do what it says, each in a folder of its own. */
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Plugin } from "@seabird-chat/sdk";
import { type Testbed, testbed } from "@seabird-chat/testkit";
import { temporaryFolder } from "../support/storage-engines.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const page = await readFile(join(ROOT, "docs/storage.md"), "utf8");
const snippets = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);

test("the page", async (t) => {
  const folder = await temporaryFolder(t);
  const before = process.cwd();
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  await mkdir(join(folder, "project"));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  // The data is below the working folder.
  process.chdir(join(folder, "project"));
  t.after(() => process.chdir(before));
  const load = async (name: string): Promise<Record<string, unknown>> => {
    const code = snippets.find((each) => each.includes(`export const ${name} = plugin(`));
    assert.ok(code !== undefined, name);
    await writeFile(join(folder, `${name}.ts`), code);
    return import(pathToFileURL(join(folder, `${name}.ts`)).href);
  };
  for (const [name, play] of Object.entries(PLAYS)) {
    await t.test(name, async () => {
      const exported = await load(name);
      await using bed = await testbed({ plugins: [exported[name] as Plugin] });
      await play(bed);
    });
  }
  await t.test("tea", async () => {
    const { teaTakesFourMinutes } = await load("tea");
    await (teaTakesFourMinutes as () => Promise<void>)();
  });
  const files = await readdir(join(folder, "project/.seabird/data"));
  for (const name of Object.keys(PLAYS)) assert.ok(files.includes(`${name}.db`), name);
});

const PLAYS: Record<string, (bed: Testbed) => Promise<void>> = {
  karma: async (bed) => {
    const room = bed.channel("#a");
    await room.say("ann", "!thanks");
    await room.expect("ann: that makes 1");
    await bed.restartPlugin("karma");
    await room.say("ann", "!thanks");
    await room.expect("ann: that makes 2");
    await room.say("bob", "!thanks");
    await room.expect("bob: that makes 1");
  },
  quotes: async (bed) => {
    const room = bed.channel("#a");
    await room.say("ann", "!random");
    await room.expect("there is none");
    await room.say("ann", "!quote it's; drop table quote");
    await room.expect("stored");
    await room.say("ann", "!random");
    await room.expect("it's; drop table quote");
  },
  notes: async (bed) => bed.idle(),
  todo: async (bed) => {
    await bed.channel("#a").say("ann", "!todo");
    await bed.channel("#a").expect("nothing");
  },
  bank: async (bed) => {
    await bed.channel("#a").say("ann", "!spend");
    await bed.channel("#a").expect("you have none");
  },
  reminders: async (bed) => {
    const room = bed.channel("#a");
    await room.say("ann", "!remind 10m drink tea");
    await room.expect("ann: I will");
    await bed.restartPlugin("reminders");
    await bed.clock.advance("10m");
    await room.expect("ann: drink tea");
  },
  news: async (bed) => {
    const room = bed.channel("#a");
    await room.say("ann", "!subscribe");
    await bed.idle();
    // From Monday, noon in UTC, to Tuesday, seven in Berlin.
    await bed.clock.advance("18h");
    await room.expectNothing();
    await bed.clock.advance("1h");
    await room.expect("good morning");
  },
};

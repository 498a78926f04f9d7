/** What people's keyboards type reaches a plugin's command through the terminal, on a pseudo-terminal. */
import { join } from "node:path";
import { test } from "node:test";
import { startPlugin } from "@seabird-chat/sdk";
import { startCore } from "../support/core.ts";
import { painter, TYPED_ANSWERS, TYPED_LINES } from "../support/keyboards.ts";
import { PtyProgram } from "../support/pty.ts";
import { needPrograms } from "../support/servers.ts";

const ROOM = join(import.meta.dirname, "../../backends/terminal/bin/seabird-backend-terminal.js");

test("commands, flags, lengths of time and answers as keyboards type them", async (t) => {
  if (needPrograms(t, "python3") === undefined) return;
  const core = await startCore({}, t);
  const token = await core.token(["plugin"], "painter");
  const running = startPlugin(painter, { url: core.url, token });
  t.after(() => running.close());
  await running.ready();
  const env = { PATH: process.env["PATH"], USER: "ann", TERM: "xterm", LANG: "C.UTF-8" };
  const room = new PtyProgram(
    [process.execPath, ROOM],
    {
      cwd: "/",
      env: { ...env, SEABIRD_HOST: core.url, SEABIRD_TOKEN: await core.token(undefined, "room") },
    },
    t,
  );
  await room.untilShown("#terminal");
  let shown = room.shown.length;
  // One who always answers at once is taken for a bot, but not in another room.
  const join = async (name: string) => {
    room.type(`/join ${name}\r`);
    await room.untilShown(`${name}> `);
  };
  const type = async (typed: string, answer: string) => {
    room.type(`${typed}\r`);
    // The terminal shows no joiners.
    const plain = answer.split(/[\u200C\u200D]/).map((part) => RegExp.escape(part));
    await room.untilShown(
      new RegExp(`^[^]{${shown}}[^]*<seabird> ${plain.join("[\u200C\u200D]?")}`),
    );
    shown = room.shown.length;
  };
  for (const [index, [typed, answer]] of TYPED_LINES.entries()) {
    if (index % 8 === 0) await join(`#lines${index}`);
    await type(typed, answer.replace("NAME", "ann"));
  }
  for (const [index, [typed, answer]] of TYPED_ANSWERS.entries()) {
    if (index % 4 === 0) await join(`#answers${index}`);
    await type("!sure?", "ann: sure?");
    await type(typed, answer);
  }
});

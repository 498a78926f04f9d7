/** Backends that can do all with messages, little and nothing, for the commands of `seabird`. */
import { tmpdir } from "node:os";
import { after, before } from "node:test";
import { Refused } from "@seabird-chat/sdk/backend";
import { startCore, type TestCore } from "./core.ts";
import { runCli } from "./run-cli.ts";
import { startTestBackend, type TestBackend } from "./test-backend.ts";

export const BACKEND = "camp://net";
export const ROOM = "camp://net/room";
export const ANN = "camp://net/ann";
export const ATTACHED = "https://example.org/a%20cat.jpg";

export let core: TestCore;
let able: TestBackend;
let plain: TestBackend;
let irc: TestBackend;
let token: string;
/** What the backends were asked for. */
export const asked: string[] = [];

/** For the tests of one file. */
export function useMessageStage(): void {
  before(startStage);
  after(async () => {
    await Promise.all([able.close(), plain.close(), irc.close()]);
    await core.close();
  });
}

async function startStage(): Promise<void> {
  core = await startCore();
  token = await core.token(["plugin", "persona"], "operator");
  const client = { url: core.url, token: await core.token() };
  const capabilities = {
    reply: "full",
    persona: "partial",
    attachment: "full",
    messageIds: "full",
    limits: { maxTextBytes: 400 },
    allowedReactions: ["👍", "👎"],
  } as const;
  able = await startTestBackend(
    { ...client, type: "camp", capabilities },
    {
      send: (to, { kind, text, replyTo, persona }) => {
        const more = [replyTo?.messageId, persona?.displayName].filter(Boolean).join(" ");
        if (text === "no") throw new Refused("not here");
        asked.push(`${kind} ${to.kind} ${to.id}: ${text} [${more}]`);
        return { ids: ["m1", "m1b"], degraded: text.startsWith("rich") ? ["emoji"] : [] };
      },
      edit: (to, ids, { text }) => {
        if (ids.includes("absent")) throw new Refused("no such message\x1b[31m");
        asked.push(`edit ${to.id} ${ids.join("+")}: ${text}`);
        return { ids: ["m9"] };
      },
      delete: (to, ids, { reason }) => {
        asked.push(`delete ${to.kind} ${to.id} ${ids.join("+")}: ${reason}`);
        return ids.includes("old") ? { old: "too old" } : undefined;
      },
      react: (to, id, { emoji, removed }) =>
        void asked.push(
          `${removed ? "unreact" : "react"} ${to.id} ${id} ${emoji?.text || emoji?.id}`,
        ),
      members: () => ({
        members: [{ id: "ann", displayName: "Ann\x1b[31m", account: "ann@camp" }, "bob"],
        isComplete: false,
      }),
    },
  );
  able.channels.joined({ id: "room", displayName: "Room" });
  plain = await startTestBackend(
    { ...client, type: "dull" },
    {
      send: (to, { text }) => {
        asked.push(`${to.id}: ${text}`);
        return undefined;
      },
    },
  );
  plain.channels.joined({ id: "room" });
  irc = await startTestBackend(
    { ...client, type: "irc" },
    {
      join: () => {
        throw new Refused("not a channel's name");
      },
    },
  );
  await Promise.all([able.ready(), plain.ready(), irc.ready()]);
}

export function cli(args: readonly string[], url = core.url) {
  return runCli(args, { cwd: tmpdir(), env: { SEABIRD_HOST: url, SEABIRD_TOKEN: token } });
}

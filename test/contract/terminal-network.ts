/** The terminal for the contract: its room on two streams, with a person who types and reads. */
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { backendbed, type ContractNetwork } from "@seabird-chat/testkit";
import { terminalBackend } from "../../backends/terminal/src/backend.ts";

const CHANNEL = "#terminal";
const OTHER_CHANNEL = "#garden";
const NICK = "seabird";
const PERSON = "ann";
const ID_PREFIX = "run";

export async function startTerminalNetwork(): Promise<ContractNetwork> {
  const input = new PassThrough();
  const output = new PassThrough();
  let shown = "";
  output.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
  });
  const lines = () => shown.split("\n");
  const said = (pattern: RegExp) => lines().flatMap((line) => pattern.exec(line)?.[1] ?? []);
  const type = (line: string) => void input.write(`${line}\n`);
  const toId = (number: string | undefined) => `${ID_PREFIX}-${number}`;
  return {
    start: async (options) => {
      const bed = await backendbed({
        ...options,
        backend: terminalBackend(() => ({ input, output, color: false, idPrefix: ID_PREFIX })),
        config: { user: "host", nick: NICK, channel: CHANNEL },
      });
      // Somebody who can leave without closing the room.
      for (const line of ["/ids on", `/as ${PERSON}`, `/join ${CHANNEL}`]) type(line);
      const { user } = await bed.nextReport("member");
      assert.equal(user.id, bed.absolute(PERSON));
      return bed;
    },
    self: NICK,
    channel: CHANNEL,
    unknownChannel: "#nowhere",
    joinable: OTHER_CHANNEL,
    person: {
      id: PERSON,
      // A slash begins a command of the room's; two of them are a slash.
      say: (_channel, line) => type(line.replace(/^\//, "//")),
      act: (_channel, line) => type(`/me ${line}`),
      whisper: (line) => type(`/msg ${line}`),
      whisperAction: (line) => type(`/msg /me ${line}`),
      reply: (_channel, id, line) => type(`/reply ${id} ${line}`),
      edit: (_channel, id, line) => type(`/edit ${id} ${line}`),
      delete: (_channel, id) => type(`/delete ${id}`),
      react: (_channel, id, emoji, removed) =>
        type(`/${removed ? "unreact" : "react"} ${id} ${emoji}`),
      type: () => type("/typing"),
      comeAgain: (channel) => {
        type(`/leave ${channel}`);
        type(`/join ${channel}`);
      },
      seen: () => said(new RegExp(`^\\d+ (?:<${NICK}>|\\* ${NICK}) (.*)$`)),
      seenInPrivate: () =>
        said(new RegExp(`^\\d+ \\[private with ${PERSON}\\] (?:<${NICK}>|\\* ${NICK}) (.*)$`)),
      seenEdits: () =>
        lines().flatMap((line) => {
          const [, number, text = ""] = /^\* edited: (\d+) <seabird> (.*)$/.exec(line) ?? [];
          return number === undefined ? [] : [{ id: toId(number), text }];
        }),
      seenDeletions: () => said(/^\* deleted by seabird: (\d+) /).map(toId),
      seenReactions: () => {
        const there = new Set<string>();
        for (const line of lines()) {
          const [, what, emoji, number] =
            /^\* seabird (reacted|took back) (\S+): (\d+) /.exec(line) ?? [];
          if (what === "reacted") there.add(`${number} ${emoji}`);
          if (what === "took back") there.delete(`${number} ${emoji}`);
        }
        return [...there].map((each) => {
          const [number, emoji = ""] = each.split(" ");
          return { id: toId(number), emoji };
        });
      },
    },
    topic: () => (lines().some((line) => line.includes("fresh paint")) ? "fresh paint" : undefined),
    close() {
      input.end();
      output.end();
    },
  };
}

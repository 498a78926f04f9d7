/** IRC for the contract: a real server, and a person on a bare socket. */
import { bold, container, italics, text, underline } from "@seabird-chat/protocol";
import { backendbed, type ContractNetwork, type ContractPerson } from "@seabird-chat/testkit";
import { ircBackend } from "../../backends/irc/src/backend.ts";
import { parseMessage } from "../../backends/irc/src/message/irc-message.ts";
import {
  IRCV3_MODULES,
  type IrcServer,
  startInspircd,
  startNgircd,
} from "../support/irc-servers.ts";
import { RawIrcClient } from "../support/raw-irc-client.ts";
import { needPrograms } from "../support/servers.ts";
import type { ContractServer } from "./contract-server.ts";

const NICK = "seabird";
/** What fits in a line of 512 bytes with its command and the sender's mask. */
const MAX_LINE_BYTES = 350;

/** One server for all cases; each case has a person and channels of its own. */
export function ircServer(kind: "inspircd" | "ngircd"): ContractServer {
  let server: IrcServer | undefined;
  let cases = 0;
  return {
    async start(t) {
      const programs = needPrograms(t, kind);
      if (programs === undefined) return undefined;
      server ??= await START[kind](programs[kind]);
      cases++;
      return await enterNetwork(server, kind, cases);
    },
    close: async () => await server?.close(),
  };
}

const START = {
  inspircd: (program: string) => startInspircd(program, { extra: IRCV3_MODULES }),
  // Without the penalty that slows a client down after each command.
  ngircd: (program: string) => startNgircd(program, { extra: "[Limits]\nMaxPenaltyTime = 0" }),
};

/** What only tags can say. */
function ircv3Person(client: () => RawIrcClient): Partial<ContractPerson> {
  const tags = (channel: string, given: string) => client().say(`@${given} TAGMSG ${channel}`);
  return {
    reply: (channel, id, line) => client().say(`@+draft/reply=${id} PRIVMSG ${channel} :${line}`),
    react: (channel, id, emoji, removed) =>
      tags(channel, `+draft/reply=${id};+draft/${removed ? "unreact" : "react"}=${emoji}`),
    type: (channel) => tags(channel, "+typing=active"),
    seenReactions(channel) {
      const there = new Map<string, { id: string; emoji: string }>();
      for (const { command, nick, params, tags } of client().lines.map(parseMessage)) {
        if (command !== "TAGMSG" || nick !== NICK || params[0] !== channel) continue;
        const id = tags["+draft/reply"] ?? "";
        const [emoji, gone] = [tags["+draft/react"], tags["+draft/unreact"]];
        if (emoji !== undefined) there.set(`${id} ${emoji}`, { id, emoji });
        if (gone !== undefined) there.delete(`${id} ${gone}`);
      }
      return [...there.values()];
    },
  };
}

async function enterNetwork(
  server: IrcServer,
  kind: "inspircd" | "ngircd",
  number: number,
): Promise<ContractNetwork> {
  const [channel, joinable] = [`#test${number}`, `#other${number}`];
  const enter = async () => {
    const client = await RawIrcClient.connect(server.port, "alice");
    // Anybody may set the topic.
    client.say(
      "CAP REQ :message-tags",
      `JOIN ${channel}`,
      `MODE ${channel} -t`,
      `JOIN ${joinable}`,
    );
    await client.hears(new RegExp(` 366 alice ${joinable} `));
    return client;
  };
  let alice = await enter();
  const say = (target: string, line: string) => {
    alice.say(`PRIVMSG ${target} :${cut(line)}`);
  };
  const seen = (target: string) =>
    alice.lines.flatMap((line) => {
      const [, said] =
        new RegExp(`^(?:@\\S+ )?:${NICK}!\\S+ PRIVMSG ${target} :(.*)$`, "s").exec(line) ?? [];
      return said === undefined ? [] : [said];
    });
  return {
    start: (options) =>
      backendbed({
        ...options,
        backend: ircBackend,
        config: {
          host: `irc://127.0.0.1:${server.port}`,
          nick: NICK,
          channels: [channel],
          line_interval_ms: 20,
        },
      }),
    self: NICK,
    channel,
    unknownChannel: "#nowhere",
    joinable,
    person: {
      id: "alice",
      say,
      act: (target, line) => say(target, `\x01ACTION ${line}\x01`),
      whisper: (line) => say(NICK, line),
      whisperAction: (line) => say(NICK, `\x01ACTION ${line}\x01`),
      ...(kind === "inspircd" && ircv3Person(() => alice)),
      comeAgain: (target) => alice.say(`PART ${target}`, `JOIN ${target}`),
      seen,
      seenInPrivate: () => seen("alice"),
    },
    async topic(name) {
      const asked = alice.lines.length;
      alice.say(`TOPIC ${name}`, `PING ${asked}`);
      await alice.hears(new RegExp(` PONG .*${asked}$`));
      const answers = alice.lines
        .slice(asked)
        .flatMap((line) => / 332 alice \S+ :(.*)$/.exec(line)?.[1] ?? []);
      return answers.at(-1);
    },
    roundTrips: [
      text`plain and ${bold("bold")} text`,
      container([italics("one"), " ", underline("two"), " three"]),
      text`${bold(italics("both"))} and 2,3 digits`,
    ],
    outage: {
      begin: () => server.kill(),
      async end() {
        alice.close();
        await server.restart();
        alice = await enter();
      },
    },
    // Its line of farewell comes when the server has let it go.
    connections: () =>
      alice.lines.some((line) => line.includes(`:${NICK}!`) && / QUIT /.test(line)) ? 0 : 1,
    async close() {
      alice.say("QUIT");
      await alice.hears(/^ERROR /);
      alice.close();
    },
  };
}

function cut(line: string): string {
  let end = line.length;
  while (Buffer.byteLength(line.slice(0, end)) > MAX_LINE_BYTES) end--;
  return line.slice(0, end).toWellFormed();
}

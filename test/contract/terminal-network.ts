/** The terminal for the contract: its room on two streams, with a person who types and reads. */
import { PassThrough } from "node:stream";
import { backendbed, type ContractNetwork } from "@seabird-chat/testkit";
import { terminalBackend } from "../../backends/terminal/src/backend.ts";

const CHANNEL = "#terminal";
const OTHER_CHANNEL = "#garden";
const NICK = "seabird";

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
  return {
    start: (options) =>
      backendbed({
        ...options,
        backend: terminalBackend(() => ({ input, output, color: false })),
        config: { user: "ann", nick: NICK, channel: CHANNEL },
      }),
    self: NICK,
    channel: CHANNEL,
    unknownChannel: "#nowhere",
    joinable: OTHER_CHANNEL,
    person: {
      id: "ann",
      // A slash begins a command of the room's; two of them are a slash.
      say: (_channel, line) => type(line.replace(/^\//, "//")),
      act: (_channel, line) => type(`/me ${line}`),
      whisper: (line) => type(`/msg ${line}`),
      whisperAction: (line) => type(`/msg /me ${line}`),
      seen: () => said(new RegExp(`^(?:<${NICK}>|\\* ${NICK}) (.*)$`)),
      seenInPrivate: () => said(new RegExp(`^\\[private\\] (?:<${NICK}>|\\* ${NICK}) (.*)$`)),
    },
    topic: () => (lines().some((line) => line.includes("fresh paint")) ? "fresh paint" : undefined),
    close() {
      input.end();
      output.end();
    },
  };
}

/** The contract of all backends, over each backend of ours on its network. A new one adds a file. */
import { after, suite, test } from "node:test";
import { BACKEND_CONTRACT } from "@seabird-chat/testkit";
import type { ContractServer } from "./contract-server.ts";
import { ircServer } from "./irc-network.ts";
import { matrixServer } from "./matrix-network.ts";
import { startTemplateNetwork } from "./template-network.ts";
import { startTerminalNetwork } from "./terminal-network.ts";
import { xmppServer } from "./xmpp-network.ts";

const SERVERS: Readonly<Record<string, ContractServer>> = {
  "irc on inspircd": ircServer("inspircd"),
  "irc on ngircd": ircServer("ngircd"),
  "matrix on synapse": matrixServer(),
  "xmpp on prosody": xmppServer(),
  terminal: { start: startTerminalNetwork, close: async () => undefined },
  "the template for new backends": { start: startTemplateNetwork, close: async () => undefined },
};

for (const [network, server] of Object.entries(SERVERS)) {
  suite(network, () => {
    after(() => server.close());
    for (const { name, run } of BACKEND_CONTRACT) {
      test(name, async (t) => {
        const running = await server.start(t);
        if (running !== undefined) await run(running);
      });
    }
  });
}

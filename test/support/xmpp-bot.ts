/** Our bot on a real XMPP server, with a core, for tests. */
import { backendbed } from "@seabird-chat/testkit";
import { xmppBackend } from "../../backends/xmpp/src/backend.ts";
import type { XmppSettings } from "../../backends/xmpp/src/settings.ts";
import type { Prosody, XmppAccount } from "./prosody.ts";

export type XmppBot = Awaited<ReturnType<typeof startXmppBot>>;

/** Its nick is `seabird`, and its password shown to none but the server with the right certificate. */
export function startXmppBot(
  server: Prosody,
  { address, password }: XmppAccount,
  more: Partial<XmppSettings> = {},
) {
  const tls = { required: true, verify: true, ca: server.certificate };
  const config = { address, password, service: server.url, tls, nick: "seabird", ...more };
  // Of real time, for a slow machine with much to do.
  return backendbed({ backend: xmppBackend, config, timeoutMs: 30_000 });
}

export async function channelIdsOf(bed: XmppBot): Promise<string[]> {
  return (await bed.channels()).map(({ id }) => id);
}

/** The clock advances by the pauses before a reconnect. */
export async function backOnNetwork(bed: XmppBot): Promise<void> {
  await bed.until("the network", async () => {
    bed.clock.pass(100);
    return (await bed.metadata())["network"] === "connected";
  });
}

#!/usr/bin/env node
// Connects an XMPP account.
import { fitsNode } from "@seabird-chat/runtime/node-version";

if (fitsNode("seabird-backend-xmpp")) {
  const { main } = await import("../src/main.ts");
  await main(process.argv.slice(2));
}

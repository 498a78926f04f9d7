#!/usr/bin/env node
// Connects an IRC network.
import { fitsNode } from "@seabird-chat/runtime/node-version";

if (fitsNode("seabird-backend-irc")) {
  const { main } = await import("../src/main.ts");
  await main(process.argv.slice(2));
}

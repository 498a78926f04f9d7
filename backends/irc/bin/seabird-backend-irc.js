#!/usr/bin/env node
// Connects an IRC network.
import { fitsNode } from "@seabird/protocol/node";

if (fitsNode("seabird-backend-irc")) {
  const { main } = await import("../src/main.ts");
  await main(process.argv.slice(2));
}

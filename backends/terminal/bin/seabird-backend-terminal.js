#!/usr/bin/env node
// The chat room in the terminal.
import { fitsNode } from "@seabird-chat/runtime/node-version";

if (fitsNode("seabird-backend-terminal")) {
  const { main } = await import("../src/main.ts");
  await main(process.argv.slice(2));
}

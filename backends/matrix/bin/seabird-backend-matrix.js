#!/usr/bin/env node
// Connects a Matrix account.
import { fitsNode } from "@seabird-chat/runtime/node-version";

if (fitsNode("seabird-backend-matrix")) {
  const { main } = await import("../src/main.ts");
  await main(process.argv.slice(2));
}

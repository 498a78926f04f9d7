#!/usr/bin/env node
// Runs the plugins named in the arguments, or all of them, in one process.
import { fitsNode } from "@seabird-chat/runtime/node-version";

if (fitsNode("seabird-plugin")) {
  const { main } = await import("../src/main.ts");
  await main(process.argv.slice(2));
}

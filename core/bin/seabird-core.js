#!/usr/bin/env node
// The core process.
import { fitsNode } from "@seabird-chat/runtime/node-version";

if (fitsNode("seabird-core")) {
  const { main } = await import("../src/main.ts");
  await main();
}

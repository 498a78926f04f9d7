#!/usr/bin/env node
// The core process.
import { fitsNode } from "@seabird-chat/protocol/node";

if (fitsNode("seabird-core")) {
  const { main } = await import("../src/main.ts");
  await main();
}

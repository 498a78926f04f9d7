#!/usr/bin/env node
// Runs the backend that a file exports.
import { fitsNode } from "@seabird-chat/runtime/node-version";

if (fitsNode("seabird-backend")) {
  const { runBackendFile } = await import("../src/program/index.ts");
  await runBackendFile(process.argv.slice(2));
}

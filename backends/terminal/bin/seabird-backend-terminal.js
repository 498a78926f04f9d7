#!/usr/bin/env node
// The chat room in the terminal.
import { enableCompileCache } from "node:module";

enableCompileCache();
const { main } = await import("../src/main.ts");
await main(process.argv.slice(2));

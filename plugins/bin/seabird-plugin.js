#!/usr/bin/env node
// Runs the plugins named in the arguments, or all of them, in one process.
import { enableCompileCache } from "node:module";

enableCompileCache();
const { main } = await import("../src/main.ts");
await main(process.argv.slice(2));

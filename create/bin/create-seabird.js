#!/usr/bin/env node
// What `seabird new` runs.
import module from "node:module";

// Old versions of Node have no such function.
module.enableCompileCache?.();
const { main } = await import("../src/main.ts");
process.exitCode = await main(process.argv.slice(2));

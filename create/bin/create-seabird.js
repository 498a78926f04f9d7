#!/usr/bin/env node
// What `seabird new` runs.
const { main } = await import("../src/main.ts");
process.exitCode = await main(process.argv.slice(2));

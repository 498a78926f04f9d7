#!/usr/bin/env node
// What `npm create seabird` and `seabird new` run.
const { main } = await import("../src/main.ts");
process.exitCode = await main(process.argv.slice(2));

#!/usr/bin/env node
// What `npm create @seabird-chat` and `seabird new` run.
const { main } = await import("../src/main.ts");
process.exitCode = await main(process.argv.slice(2));

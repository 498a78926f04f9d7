#!/usr/bin/env node
// The core process. Compiled code is kept between starts, in the system's folder for such things.
import { enableCompileCache } from "node:module";

enableCompileCache();
const { main } = await import("../src/main.ts");
await main();

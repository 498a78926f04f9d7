/** `npm run check [NAME…]`: all that can be said of the repository without running it. */
import { styleText } from "node:util";
import { breaking } from "./checks/breaking.ts";
import type { Check } from "./checks/check.ts";
import { clock } from "./checks/clock.ts";
import { commands } from "./checks/commands.ts";
import { dependencies } from "./checks/dependencies.ts";
import { generated } from "./checks/generated.ts";
import { graph } from "./checks/graph.ts";
import { imports } from "./checks/imports.ts";
import { links } from "./checks/links.ts";
import { lint } from "./checks/lint.ts";
import { lockFile } from "./checks/lock-file.ts";
import { privacy } from "./checks/privacy.ts";
import { reference } from "./checks/reference.ts";
import { repositoryRoot } from "./checks/run-tool.ts";
import { siblings } from "./checks/siblings.ts";
import { sizes } from "./checks/sizes.ts";
import { tables } from "./checks/tables.ts";
import { types } from "./checks/types.ts";
import { words } from "./checks/words.ts";

const CHECKS: readonly Check[] = [
  types,
  lint,
  imports,
  clock,
  breaking,
  generated,
  tables,
  reference,
  graph,
  links,
  dependencies,
  lockFile,
  siblings,
  sizes,
  words,
  commands,
  privacy,
];

function chosen(names: readonly string[]): readonly Check[] {
  const unknown = names.filter((name) => !CHECKS.some((check) => check.name === name));
  if (unknown.length > 0) {
    const known = CHECKS.map((check) => check.name).join(", ");
    console.error(`no check is named ${unknown.join(", ")}; there are ${known}`);
    process.exit(2);
  }
  return names.length === 0 ? CHECKS : CHECKS.filter((check) => names.includes(check.name));
}

async function run(check: Check): Promise<boolean> {
  const startedAt = performance.now();
  const problems = await check.find(repositoryRoot);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const mark = problems.length === 0 ? styleText("green", "✔") : styleText("red", "✘");
  console.log(`${mark} ${check.name.padEnd(13)} ${check.that} (${seconds} s)`);
  for (const problem of problems) console.log(`    ${problem}`);
  return problems.length === 0;
}

let ok = true;
for (const check of chosen(process.argv.slice(2))) ok = (await run(check)) && ok;
process.exitCode = ok ? 0 : 1;

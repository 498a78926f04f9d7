/**
 * `npm run gen`: makes again what is made from other files: protocol code and the image of what
 * landed, if no change breaks it, tables, the API reference, the graph of the measurements, `.env.example`.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeGraph } from "../bench/graph.ts";
import { renewLanded } from "./checks/breaking.ts";
import { writeReference } from "./checks/reference.ts";
import { problemsOf, repositoryRoot } from "./checks/run-tool.ts";
import { envExampleOf, writeTables } from "./checks/tables.ts";

const broken = await renewLanded(repositoryRoot);
const generate = () => problemsOf("buf", ["generate"], join(repositoryRoot, "protocol"));
const problems = broken.length > 0 ? broken : await generate();
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
for (const path of await writeTables(repositoryRoot)) console.log(`wrote ${path}`);
for (const path of await writeReference(repositoryRoot)) console.log(`wrote ${path}`);
for (const path of await writeGraph(repositoryRoot)) console.log(`wrote ${path}`);
await writeFile(join(repositoryRoot, ".env.example"), await envExampleOf(repositoryRoot));

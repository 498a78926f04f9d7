/** The files that belong to the repository: tracked, or new and not ignored; none that is deleted. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { runTool } from "./run-tool.ts";

export async function trackedFiles(root: string): Promise<string[]> {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  const { code, output } = await runTool("git", args, root);
  if (code !== 0) throw new Error(`git ls-files failed: ${output}`);
  const paths = output.split("\0").filter((path) => path !== "");
  return [...new Set(paths)].filter((path) => existsSync(join(root, path)));
}

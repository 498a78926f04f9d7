/** Starts a tool that npm installed, in the tree that is checked, and gathers what it prints. */
import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const repositoryRoot = fileURLToPath(new URL("../../", import.meta.url));
const bins = join(repositoryRoot, "node_modules", ".bin");

export interface ToolResult {
  readonly code: number;
  readonly output: string;
}

export function runTool(name: string, args: readonly string[], cwd: string): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, PATH: `${bins}${delimiter}${process.env["PATH"] ?? ""}` };
    const child = spawn(name, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() });
    });
  });
}

/** The tool's own words as problems, none if it was content. */
export async function problemsOf(
  name: string,
  args: readonly string[],
  cwd: string,
): Promise<string[]> {
  const { code, output } = await runTool(name, args, cwd);
  if (code === 0) return [];
  return output.trim() === "" ? [`${name} ended with ${code}`] : output.trimEnd().split("\n");
}

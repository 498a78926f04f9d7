/** Generates the protocol's code into a temporary folder and compares it with what is committed. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Check } from "./check.ts";
import { problemsOf } from "./run-tool.ts";

async function filesBelow(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, string>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length + 1), await readFile(path, "utf8"));
  }
  return files;
}

async function differences(root: string, fresh: string): Promise<string[]> {
  const want = await filesBelow(join(fresh, "src", "gen"));
  const have = await filesBelow(join(root, "protocol", "src", "gen"));
  const names = new Set([...want.keys(), ...have.keys()]);
  return [...names]
    .filter((name) => want.get(name) !== have.get(name))
    .map((name) => `protocol/src/gen/${name} is not what its .proto says: npm run gen`);
}

export const generated: Check = {
  name: "generated",
  that: "generated code is what its .proto files say",
  async find(root) {
    const protocol = join(root, "protocol");
    const complaints = await problemsOf("buf", ["lint"], protocol);
    if (complaints.length > 0) return complaints;
    const fresh = await mkdtemp(join(tmpdir(), "seabird-gen-"));
    try {
      const failed = await problemsOf("buf", ["generate", "--output", fresh], protocol);
      return failed.length > 0 ? failed : await differences(root, fresh);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  },
};

/** Reads `/metrics` of a run's core, as Prometheus does. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunningProject } from "./running-project.ts";

export async function scrape(project: RunningProject): Promise<string> {
  const token = await readFile(join(project.folder, ".seabird", "admin-token"), "utf8");
  const { url } = await project.status();
  const response = await fetch(`${url}/metrics`, {
    headers: { authorization: `Bearer ${token.trim()}` },
  });
  assert.equal(response.status, 200);
  return await response.text();
}

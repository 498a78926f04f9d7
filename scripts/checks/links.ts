/** Links of the manual lead somewhere: files, and headings within them. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import type { Check } from "./check.ts";
import { trackedFiles } from "./tracked-files.ts";

/** Headings as they become anchors: the second of a name ends in -1, and so on; and named ones. */
function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of markdown.matchAll(/^#+ (.+)$/gm)) {
    const name = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-");
    let anchor = name;
    for (let again = 1; anchors.has(anchor); again++) anchor = `${name}-${again}`;
    anchors.add(anchor);
  }
  for (const [, name = ""] of markdown.matchAll(/<a id="([^"]+)">/g)) anchors.add(name);
  return anchors;
}

async function problemOf(root: string, page: string, link: string): Promise<string | undefined> {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : normalize(join(dirname(page), path));
  if (!existsSync(join(root, target))) return `${page} links to ${link}, which is not there`;
  if (anchor === undefined || !target.endsWith(".md")) return undefined;
  const anchors = anchorsOf(await readFile(join(root, target), "utf8"));
  return anchors.has(anchor) ? undefined : `${page} links to ${link}, a heading that is not there`;
}

export const links: Check = {
  name: "links",
  that: "links of the manual lead somewhere",
  async find(root) {
    const problems: string[] = [];
    for (const page of (await trackedFiles(root)).filter((path) => path.endsWith(".md"))) {
      const text = (await readFile(join(root, page), "utf8")).replaceAll(/```[\s\S]*?```/g, "");
      for (const [, link = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(link)) continue;
        const problem = await problemOf(root, page, link);
        if (problem !== undefined) problems.push(problem);
      }
    }
    return problems;
  },
};

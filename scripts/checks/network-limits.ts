/** The manual's table of every network's limits: those of the pages of the backends, in one. */
import { readFileSync } from "node:fs";

const PAGES = { IRC: "irc", Matrix: "matrix", XMPP: "xmpp" } as const;
const SECTION = /^## Limits\n+\| what \| limit \| source \|\n\|[-|]+\|\n((?:\|.*\|\n)+)/m;

/** Throws an Error for a page without such a table. */
export function networkLimitTable(): string {
  const rows = Object.entries(PAGES).flatMap(([network, name]) => {
    const path = `../../backends/${name}/README.md`;
    const text = readFileSync(new URL(path, import.meta.url), "utf8");
    const [, table] = SECTION.exec(text) ?? [];
    if (table === undefined) throw new Error(`${path} has no table "what, limit, source"`);
    return table
      .trim()
      .split("\n")
      .map((row) => `| ${network} ${row}`);
  });
  return ["| network | what | limit | source |", "|---|---|---|---|", ...rows].join("\n");
}

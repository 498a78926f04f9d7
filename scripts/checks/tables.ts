/**
 * Tables of the manual that are made from code: settings, limits, what networks can do, errors and exit
 * codes. Each stands in the page of its component, whichever that is.
 *
 * A table stands between `<!-- table: NAME -->` and `<!-- end -->`; `npm run gen` writes it.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type SettingRow,
  type SettingsSchema,
  settingRows,
  settingsEnvExample,
  settingsTable,
  toJsonSchema,
} from "../../sdk/src/program/index.ts";
import type { Check } from "./check.ts";
import { trackedFiles } from "./tracked-files.ts";

interface Limit {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly what: string;
  readonly policy: string;
}

interface StatusRow {
  readonly status: string;
  readonly responsible: string;
  readonly retry: string;
}

interface ExitCodeRow {
  readonly code: number;
  readonly meaning: string;
  readonly restart: boolean;
}

interface Setting {
  readonly name: string;
  readonly env: readonly string[];
  readonly what: string;
  readonly byDefault: string;
  readonly inFile: boolean;
  readonly flag: boolean;
}

type Exports = Record<string, unknown>;

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function limitTable(limits: readonly Limit[]): string {
  const rows = limits.map(({ name, value, unit, what, policy }) =>
    row([`\`${name}\``, `${value.toLocaleString("en")} ${unit}`.trim(), what, policy]),
  );
  return [
    row(["name", "default", "what it bounds", "at the limit"]),
    "|---|---|---|---|",
    ...rows,
  ].join("\n");
}

function settingTable(settings: readonly Setting[]): string {
  const rows = settings.map(({ name, env, what, byDefault, inFile, flag }) => {
    const option = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const names = inFile ? [...env, `${env[0]}_FILE`] : env;
    const variables = names.map((each) => `\`${each}\``).join(", ");
    return row([flag ? `\`--${option}\`` : "(no flag)", variables, what, byDefault]);
  });
  return [row(["flag", "environment", "what it is", "default"]), "|---|---|---|---|", ...rows].join(
    "\n",
  );
}

function errorTable(codes: Record<string, StatusRow>): string {
  const rows = Object.entries(codes).map(([code, { status, responsible, retry }]) =>
    row([`\`${code}\``, status, responsible, retry]),
  );
  return [row(["code", "gRPC status", "responsible", "retry?"]), "|---|---|---|---|", ...rows].join(
    "\n",
  );
}

function exitCodeTable(codes: Record<string, ExitCodeRow>): string {
  const rows = Object.values(codes).map(({ code, meaning, restart }) =>
    row([String(code), meaning, restart ? "yes" : "no"]),
  );
  return [row(["code", "meaning", "started again?"]), "|---|---|---|", ...rows].join("\n");
}

function comparison(name: string) {
  return {
    module: "scripts/checks/network-comparison.ts",
    make: (exports: Exports) => (exports["comparisonTable"] as (name: string) => string)(name),
  };
}

interface CrossingRow {
  readonly what: string;
  readonly arrives: string;
  readonly without?: Readonly<Record<string, string>>;
}

function crossingTable(rows: readonly CrossingRow[]): string {
  const shown = (words: string) =>
    words === "" ? "nothing" : `\`${words.replaceAll("\n", " ⏎ ")}\``;
  const cells = rows.map(({ what, arrives, without = {} }) => {
    const lacking = Map.groupBy(Object.entries(without), ([, words]) => words);
    const others = [...lacking].map(([words, features]) => {
      const names = features.map(([feature]) => `\`${feature}\``).join(" or ");
      return `without ${names}: ${shown(words)}`;
    });
    return row([what, shown(arrives), others.join("; ")]);
  });
  return [
    row(["on one side", "on the other", "where that has not"]),
    "|---|---|---|",
    ...cells,
  ].join("\n");
}

/** Without the links, whose forms the page describes. */
function bridgeSettingsTable(rows: readonly SettingRow[]): string {
  const cells = rows
    .filter(({ key }) => !key.startsWith("links"))
    .map(({ key, help, default: byDefault }) => {
      const shown = byDefault === undefined ? "none" : `\`${String(byDefault)}\``;
      return row([`\`${key}\``, Array.isArray(byDefault) ? "none" : shown, help]);
    });
  return [row(["key", "default", ""]), "|---|---|---|", ...cells].join("\n");
}

/** Name of a table → the module it comes from, and how it is made from its exports. */
const TABLES: Record<string, { module: string; make: (exports: Exports) => string }> = {
  "settings of core": {
    module: "core/src/config/settings.ts",
    make: (exports) => settingTable(exports["SETTINGS"] as Setting[]),
  },
  "limits of core": {
    module: "core/src/config/limit-settings.ts",
    make: (exports) => limitTable(exports["LIMIT_SETTINGS"] as Limit[]),
  },
  "limits of the sdk": {
    module: "sdk/src/link/limits.ts",
    make: (exports) => limitTable(exports["SDK_LIMITS"] as Limit[]),
  },
  "settings of the irc backend": {
    module: "backends/irc/src/settings.ts",
    make: (exports) => settingsTable(rowsOf(exports)),
  },
  "settings of the matrix backend": {
    module: "backends/matrix/src/settings.ts",
    make: (exports) => settingsTable(rowsOf(exports)),
  },
  "settings of the terminal backend": {
    module: "backends/terminal/src/settings.ts",
    make: (exports) => settingsTable(rowsOf(exports)),
  },
  "settings of the xmpp backend": {
    module: "backends/xmpp/src/settings.ts",
    make: (exports) => settingsTable(rowsOf(exports)),
  },
  "exit codes": {
    module: "runtime/src/exit-codes.ts",
    make: (exports) => exitCodeTable(exports["EXIT_CODES"] as Record<string, ExitCodeRow>),
  },
  "what networks can do": {
    module: "scripts/checks/network-features.ts",
    make: (exports) => (exports["networkFeatureTable"] as () => string)(),
  },
  "irc beside others": comparison("irc"),
  "matrix beside others": comparison("matrix"),
  "xmpp beside others": comparison("xmpp"),
  "limits of networks": {
    module: "scripts/checks/network-limits.ts",
    make: (exports) => (exports["networkLimitTable"] as () => string)(),
  },
  "what crosses a bridge": {
    module: "plugins/src/bridge/test/crossing-rows.ts",
    make: (exports) => crossingTable(exports["CROSSING_ROWS"] as CrossingRow[]),
  },
  "settings of the bridge": {
    module: "plugins/src/bridge/settings.ts",
    make: (exports) => bridgeSettingsTable(rowsOf(exports)),
  },
  errors: {
    module: "core/src/broker/error-status.ts",
    make: (exports) => errorTable(exports["STATUS_BY_CODE"] as Record<string, StatusRow>),
  },
};

const MARKED = /(<!-- table: ([^>]+?) -->\n)([\s\S]*?)(<!-- end -->)/g;

async function makeTable(root: string, name: string): Promise<string | undefined> {
  const table = TABLES[name];
  if (table === undefined) return undefined;
  const exports = (await import(pathToFileURL(join(root, table.module)).href)) as Exports;
  return `\n${table.make(exports)}\n\n`;
}

interface Page {
  readonly path: string;
  readonly text: string;
  readonly fresh: string;
  readonly names: readonly string[];
}

async function pagesOf(root: string): Promise<Page[]> {
  const pages: Page[] = [];
  for (const path of (await trackedFiles(root)).filter((file) => file.endsWith(".md"))) {
    const text = await readFile(join(root, path), "utf8");
    const names = [...text.matchAll(MARKED)].map(([, , name = ""]) => name);
    const made = new Map<string, string | undefined>();
    for (const name of names) made.set(name, await makeTable(root, name));
    const fresh = text.replace(
      MARKED,
      (_, open: string, name: string, body: string, close: string) =>
        `${open}${made.get(name) ?? body}${close}`,
    );
    if (names.length > 0) pages.push({ path, text, fresh, names });
  }
  return pages;
}

/** The settings of a backend: its schema is the export `settings`. */
function rowsOf(exports: Exports): readonly SettingRow[] {
  return settingRows(toJsonSchema(exports["settings"] as SettingsSchema));
}

/** The backends whose first variables stand in `.env.example`, behind core's. */
const IN_ENV_EXAMPLE = ["irc"];
const MAX_EXAMPLES = 10;

/** The text of `.env.example`. */
export async function envExampleOf(root: string): Promise<string> {
  const load = async (path: string) =>
    (await import(pathToFileURL(join(root, path)).href)) as Exports;
  const core = (await load("core/src/config/help.ts"))["envExample"] as () => string;
  const backends = IN_ENV_EXAMPLE.map(async (name) => {
    const rows = rowsOf(await load(`backends/${name}/src/settings.ts`));
    return `\n# --- The ${name} backend ---\n\n${settingsEnvExample(rows.slice(0, MAX_EXAMPLES))}`;
  });
  return [core(), ...(await Promise.all(backends))].join("");
}

/** Writes the tables anew; returns the pages that changed. */
export async function writeTables(root: string): Promise<string[]> {
  const stale = (await pagesOf(root)).filter((page) => page.text !== page.fresh);
  for (const page of stale) await writeFile(join(root, page.path), page.fresh);
  return stale.map((page) => page.path);
}

export const tables: Check = {
  name: "tables",
  that: "the manual's tables and .env.example match the code",
  async find(root) {
    const pages = await pagesOf(root);
    const present = new Set(pages.flatMap((page) => page.names));
    const example = await readFile(join(root, ".env.example"), "utf8").catch(() => "");
    return [
      ...(example === (await envExampleOf(root))
        ? []
        : [".env.example differs from the code: npm run gen"]),
      ...pages
        .filter((page) => page.text !== page.fresh)
        .map((page) => `${page.path} has a table that differs from the code: npm run gen`),
      ...Object.keys(TABLES)
        .filter((name) => !present.has(name))
        .map((name) => `no page has the table "${name}"`),
      ...[...present]
        .filter((name) => TABLES[name] === undefined)
        .map((name) => `no code makes the table "${name}"`),
    ];
  },
};

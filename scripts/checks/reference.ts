/** The API reference, one page a door, made by typedoc of the docstrings. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { Application } from "typedoc";
import type { Check } from "./check.ts";

/** Door and page. */
const PAGES: Readonly<Record<string, string>> = {
  "sdk/src/index.ts": "sdk",
  "sdk/src/backend/index.ts": "sdk-backend",
  "sdk/src/program/settings.ts": "sdk-settings",
  "sdk/src/storage/index.ts": "sdk-storage",
  "sdk/src/schedule/index.ts": "sdk-schedule",
  "sdk/src/fetch/index.ts": "sdk-fetch",
  "testkit/src/index.ts": "testkit",
};

const FOLDER = "docs/reference";

/** The pages, by their path in the tree. */
async function makePages(root: string): Promise<ReadonlyMap<string, string>> {
  const doors = Object.keys(PAGES).filter((door) => existsSync(join(root, door)));
  const out = await mkdtemp(join(tmpdir(), "seabird-reference-"));
  try {
    await generate(root, doors, out);
    const pages = doors.map(async (door) => {
      const text = await readFile(join(out, outputOf(door)), "utf8");
      return [`${FOLDER}/${PAGES[door]}.md`, `${NOTE}${withOurLinks(text, door)}`] as const;
    });
    return new Map(await Promise.all(pages));
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

const NOTE = "<!-- Made of the docstrings by `npm run gen`. -->\n\n";

async function generate(root: string, doors: readonly string[], out: string): Promise<void> {
  const options = {
    plugin: ["typedoc-plugin-markdown"],
    entryPoints: doors.map((door) => join(root, door)),
    tsconfig: join(root, "tsconfig.json"),
    name: "Seabird",
    readme: "none",
    outputFileStrategy: "modules",
    out,
    cleanOutputDir: false,
    logLevel: "Error" as const,
    disableSources: true,
    excludeExternals: true,
    excludeInternal: true,
    excludePrivate: true,
    skipErrorChecking: true,
    ...FORMATS,
  };
  const app = await Application.bootstrapWithPlugins(options);
  const project = await app.convert();
  if (project === undefined) throw new Error("typedoc cannot read the doors");
  await app.generateOutputs(project);
}

/** Where typedoc puts a door's page. */
function outputOf(door: string): string {
  return `${door.replace(/(\/index)?\.ts$/, "")}.md`;
}

function withOurLinks(text: string, door: string): string {
  const from = posix.dirname(outputOf(door));
  return (
    text
      // Typedoc counts what is only exported again as one more heading of the name.
      .replaceAll(/^(Re-exports \[.*\]\(\S+#\S+)-\d+\)$/gm, "$1)")
      .replace(/^# .*$/m, `# ${PAGES[door]}`)
      .replaceAll(/\]\(([^)#\s]+\.md)/g, (whole, path: string) => {
        const target = posix.join(from, path);
        const found = Object.keys(PAGES).find((other) => outputOf(other) === target);
        return found === undefined ? whole : `](${PAGES[found]}.md`;
      })
  );
}

/** Of typedoc-plugin-markdown: short pages, a table where typedoc would make a heading each. */
const FORMATS: object = {
  hideBreadcrumbs: true,
  hidePageHeader: true,
  parametersFormat: "table",
  interfacePropertiesFormat: "table",
  propertyMembersFormat: "table",
  typeDeclarationFormat: "table",
  enumMembersFormat: "table",
};

/** Returns the paths of the pages that were not what they should be. */
export async function writeReference(root: string): Promise<string[]> {
  const written: string[] = [];
  await mkdir(join(root, FOLDER), { recursive: true });
  for (const [path, text] of await makePages(root)) {
    if ((await read(root, path)) === text) continue;
    await writeFile(join(root, path), text);
    written.push(path);
  }
  return written;
}

async function read(root: string, path: string): Promise<string | undefined> {
  return await readFile(join(root, path), "utf8").catch(() => undefined);
}

export const reference: Check = {
  name: "reference",
  that: "the API reference is what the docstrings say",
  async find(root) {
    const problems: string[] = [];
    for (const [path, text] of await makePages(root)) {
      if ((await read(root, path)) !== text) problems.push(`${path} is outdated: npm run gen`);
    }
    return problems;
  },
};

/** How to start this program again from here, for the commands that it prints. */
import { realpathSync } from "node:fs";
import { delimiter, dirname, join, relative, resolve } from "node:path";

const OWN_BIN = resolve(import.meta.dirname, "../../bin/seabird.js");
const NAME = "seabird";

/** Where a person is: what their shell and npx find from there. */
export interface Here {
  readonly cwd: string;
  readonly path: string;
}

const here = (): Here => ({ cwd: process.cwd(), path: process.env["PATH"] ?? "" });

/**
 * `seabird` if the person's shell finds this very program by that name, `npx --no-install seabird` if
 * npx does, else a path. Without that flag npx would fetch, where the package is not installed, what
 * the registry has under the name, which is not ours.
 */
export function ownCommand({ cwd, path }: Here = here()): string {
  // npm and npx put these folders in front; the person's own shell does not have them.
  const folders = path.split(delimiter).filter((each) => !each.includes("node_modules"));
  if (folders.some((folder) => folder !== "" && isOwn(join(folder, NAME)))) return NAME;
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (isOwn(join(folder, "node_modules", ".bin", NAME))) return `npx --no-install ${NAME}`;
    if (dirname(folder) === folder) break;
  }
  const near = relative(cwd, OWN_BIN);
  const shown = near.startsWith("..") ? OWN_BIN : near;
  return shellQuote(shown);
}

/** One word for a shell, in quotes if it needs them. */
export function shellQuote(text: string): string {
  return /^[\w./:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The commands of a text, such as `` `seabird ps` ``, as they have to be typed here. */
export function withOwnCommand(text: string): string {
  return text.replaceAll(/`seabird(?= [^`]*`)/g, () => `\`${ownCommand()}`);
}

function isOwn(path: string): boolean {
  try {
    return realpathSync(path) === realpathSync(OWN_BIN);
  } catch {
    return false;
  }
}

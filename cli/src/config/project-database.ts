/** Where the token database of a project's core is, without asking any program. */
import { join } from "node:path";
import { EXIT } from "@seabird-chat/runtime";
import { parseDocument } from "yaml";
import { CliError } from "../process/cli-error.ts";
import { Environment } from "./environment.ts";
import { expand } from "./expand.ts";
import { readConfigFile } from "./load-project.ts";
import { PROJECT_FILE } from "./project.ts";

/**
 * What `seabird.yaml` has as `core.database_url`; undefined if it has none, or the environment has
 * one. Throws a CliError if the file cannot be read or names a variable that is not set.
 */
export function projectDatabaseUrl(folder: string): string | undefined {
  const environment = new Environment(process.env, folder);
  if (environment.findSet(["DATABASE_URL", "DATABASE_URL_FILE"])) return undefined;
  const document = parseDocument(readConfigFile(join(folder, PROJECT_FILE), PROJECT_FILE));
  const url = document.getIn(["core", "database_url"]);
  if (typeof url !== "string") return undefined;
  const expanded = expand(url, (name) => environment.find(name)?.value);
  if ("text" in expanded) return expanded.text;
  throw new CliError(EXIT.config, `${PROJECT_FILE} core.database_url: ${expanded.problem}`);
}

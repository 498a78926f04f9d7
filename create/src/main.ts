/** The program `create-seabird`: a small typed project with a passing test, and what to do next. */
import { relative, resolve } from "node:path";
import { parseArgs, styleText } from "node:util";
import { EXIT, type ExitCode, Failure } from "./failure.ts";
import { nameProblem } from "./names.ts";
import { findPackages } from "./packages.ts";
import { KINDS, type Kind, refuseFull, writeProject } from "./project.ts";

/** As the person started it. */
const NAME = process.env["SEABIRD_COMMAND"] ?? "create-seabird";
const USAGE = `Usage: seabird new [plugin|backend] [NAME] [--folder PATH]

Writes a small project in TypeScript, with a test that passes. Asks for what is not given.

  --folder PATH  where to; an empty folder or none yet (./NAME)
  --json         say what was written as JSON
  --help         this text
`;

interface Wishes {
  readonly kind: Kind;
  readonly name: string;
  readonly folder: string;
  readonly json: boolean;
}

/** Resolves with the exit code. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  try {
    const wishes = await readWishes(args);
    if (wishes === "help") process.stdout.write(USAGE);
    else await createProject(wishes);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const next = error.next === undefined ? "" : `\n  Next: ${error.next}.`;
    process.stderr.write(`${NAME}: ${error.message}.${next}\n`);
    return error.code;
  }
}

async function readWishes(args: readonly string[]): Promise<Wishes | "help"> {
  const { values, positionals } = parse(args);
  if (values.help) return "help";
  const [givenKind, givenName, surplus] = positionals;
  if (surplus !== undefined) throw usage(`${JSON.stringify(surplus)} is one word too many`);
  if (givenKind !== undefined && !isKind(givenKind)) {
    throw usage(`${JSON.stringify(givenKind)} is neither ${KINDS.join(" nor ")}`);
  }
  const asks = mayAsk() && !values.json;
  const kind = givenKind ?? (asks ? await (await questions()).askKind() : undefined);
  if (kind === undefined) throw usage("say plugin or backend");
  const name = givenName ?? (asks ? await (await questions()).askName(kind) : undefined);
  if (name === undefined)
    throw usage(`say what the ${kind} is called, such as: ${kind} my-${kind}`);
  const problem = nameProblem(name);
  if (problem !== undefined)
    throw usage(`the name ${JSON.stringify(name)} does not do: ${problem}`);
  return { kind, name, folder: resolve(values.folder ?? name), json: values.json };
}

/** A script is never asked. */
function mayAsk(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/** Loaded when something is asked. */
function questions() {
  return import("./questions.ts");
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        folder: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw usage(error instanceof Error ? (error.message.split(". ")[0] ?? "") : String(error));
  }
}

function isKind(word: string): word is Kind {
  return (KINDS as readonly string[]).includes(word);
}

function usage(message: string): Failure {
  return new Failure(EXIT.usage, message, "see --help");
}

async function createProject({ kind, name, folder, json }: Wishes): Promise<void> {
  // Told before the packing, which takes a while, and not after it.
  await refuseFull(folder);
  const packages = await findPackages();
  const files = await writeProject({ kind, name, folder, packages });
  if (json) {
    process.stdout.write(`${JSON.stringify({ kind, name, folder, files }, undefined, 2)}\n`);
    return;
  }
  const here = relative(process.cwd(), folder) || ".";
  const steps = [...(here === "." ? [] : [`cd ${here}`]), "npm install", "npm test", "npm start"];
  const bold = (text: string) => styleText("bold", text, { stream: process.stdout });
  const list = files.map((file) => `  ${file}`).join("\n");
  process.stdout.write(
    `${bold(`The ${kind} ${name} is in ${here}:`)}\n${list}\n\nNext:\n${steps.map((step) => `  ${bold(step)}`).join("\n")}\n`,
  );
}

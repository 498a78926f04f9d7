/**
 * Asks programs what they are: `PROGRAM --describe` prints one JSON document and ends. The answer is
 * not trusted: it is bounded in time and size, and checked.
 */
import { type DotEnv, DotEnvError, isPluginScope, readDotEnv } from "@seabird-chat/runtime";
import { Mutex } from "../process/mutex.ts";
import { causeIn, lastAnswer, type Program, runProgram } from "../process/run-program.ts";
import { asRecord } from "./as-record.ts";
import { isOwnVariable, pickVariables, sharedVariables } from "./component-env.ts";
import { type DescriptionCache, LIST_MODULES, withoutModules } from "./description-cache.ts";
import type { ComponentDescription } from "./project.ts";
import { isSchema } from "./schema.ts";

/** Programs that describe themselves at once. */
const MAX_DESCRIBING = 2;
/** The answer to `--describe`; a longer one is refused. */
const MAX_DESCRIPTION_BYTES = 1024 * 1024;
/** The answer to `--describe`; after that the program is killed and the configuration refused. */
const DESCRIBE_TIMEOUT_MS = 20_000;

export type Description =
  | {
      readonly kind: "core" | "backend" | "plugin";
      readonly components: readonly [ComponentDescription, ...ComponentDescription[]];
    }
  | { readonly problem: string };

/** Asks one program. Never throws. `withheld`: variables of `.env` that it does not get. */
export type Describe = (program: Program, withheld?: ReadonlySet<string>) => Promise<Description>;

const MAX_COMPONENTS = 100;
const NONE: ReadonlySet<string> = new Set();

export interface DescriberOptions {
  /** Answers of earlier starts. Default: every program is asked. */
  readonly cache?: DescriptionCache | undefined;
  readonly timeoutMs?: number | undefined;
}

/**
 * Asks two programs at a time, and each program once, with the variables of the first who asks.
 * `folder`: their working directory.
 */
export function describer(
  folder: string,
  { cache, timeoutMs = DESCRIBE_TIMEOUT_MS }: DescriberOptions = {},
): Describe {
  const known = new Map<string, Promise<Description>>();
  const queues = Array.from({ length: MAX_DESCRIBING }, () => new Mutex());
  return (program, withheld = NONE) => {
    const key = JSON.stringify([program.script, ...program.args]);
    const queue = queues[known.size % MAX_DESCRIBING] ?? new Mutex();
    const asked =
      known.get(key) ?? queue.run(() => ask(program, { folder, withheld, cache, timeoutMs }));
    known.set(key, asked);
    return asked;
  };
}

interface Asking {
  readonly folder: string;
  readonly withheld: ReadonlySet<string>;
  readonly cache: DescriptionCache | undefined;
  readonly timeoutMs: number;
}

async function ask(
  program: Program,
  { folder: cwd, withheld, cache, timeoutMs }: Asking,
): Promise<Description> {
  const { script, args } = program;
  // Node throws on these.
  if (args.some((text) => text.includes("\0"))) return { problem: "a path has no NUL characters" };
  // Secrets, and where core is: a program that only describes itself needs neither.
  const inherited = pickVariables(process.env, (name) => !isOwnVariable(name));
  const variables = pickVariables(sharedVariables(dotEnvOf(cwd)), (name) => !withheld.has(name));
  const env = { ...variables, ...inherited };
  const question = { program, inherited, variables };
  const kept = checked(cache?.find(question));
  if (!("problem" in kept)) return kept;
  const askedAtMs = Date.now();
  const { error, stdout, stderr } = await runProgram(
    { script, args: [...args, "--describe"] },
    {
      ...{ cwd, env, timeoutMs, maxBytes: MAX_DESCRIPTION_BYTES },
      nodeFlags: cache === undefined ? [] : LIST_MODULES,
    },
  );
  if (error === null) {
    const answer = read(stdout, withoutModules(stderr));
    if (!("problem" in answer)) cache?.keep(question, answer, { stderr, askedAtMs });
    return answer;
  }
  if (error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") {
    return { problem: `answers --describe with more than ${MAX_DESCRIPTION_BYTES} bytes` };
  }
  if (typeof error.code === "string") return { problem: `cannot be started: ${error.message}` };
  const cause = causeIn(stderr);
  if (error.killed === true) {
    return { problem: `does not answer --describe within ${timeoutMs / 1_000} s${cause}` };
  }
  return { problem: `cannot be loaded${cause || `: ${error.signal ?? error.code}`}` };
}

/** A file's top level may need its variables. What is wrong with `.env` is reported elsewhere. */
function dotEnvOf(folder: string): DotEnv {
  try {
    return readDotEnv(folder);
  } catch (error) {
    if (error instanceof DotEnvError) return {};
    throw error;
  }
}

function read(stdout: string, stderr: string): Description {
  try {
    return checked(lastAnswer(stdout, (value) => "components" in asRecord(value)));
  } catch {
    return { problem: `does not answer --describe with JSON${causeIn(stderr)}` };
  }
}

function checked(answer: unknown): Description {
  const { kind, components } = asRecord(answer);
  if (kind !== "core" && kind !== "backend" && kind !== "plugin") {
    return { problem: "answers --describe without its kind" };
  }
  const list = Array.isArray(components) ? components : [];
  if (list.length > MAX_COMPONENTS)
    return { problem: `has more than ${MAX_COMPONENTS} components` };
  const described = list.map(componentOf).filter((component) => component !== undefined);
  const [first, ...others] = described;
  if (first === undefined) return { problem: `exports no ${kind}` };
  if (described.length < list.length) return { problem: "describes a component without a name" };
  return { kind, components: [first, ...others] };
}

function componentOf(value: unknown): ComponentDescription | undefined {
  const { name, type, help, commands, needs, settings } = asRecord(value);
  if (typeof name !== "string" || name === "") return undefined;
  const known = Object.entries(asRecord(commands)).map(([command, about]) => {
    const { shortHelp } = asRecord(about);
    return [command, { shortHelp: typeof shortHelp === "string" ? shortHelp : "" }] as const;
  });
  return {
    name,
    ...(typeof type === "string" ? { type } : {}),
    ...(typeof help === "string" ? { help } : {}),
    commands: Object.fromEntries(known),
    ...(Array.isArray(needs) ? { needs: needs.filter(isPluginScope) } : {}),
    settings: isSchema(settings) ? settings : null,
  };
}

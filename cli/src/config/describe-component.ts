/**
 * Asks programs what they are: `PROGRAM --describe` prints one JSON document and ends. Each is a
 * stranger's until it has answered: the answer is bounded in time and size, and checked.
 */
import { spawn } from "node:child_process";
import { safeText } from "../terminal/safe-text.ts";
import { asRecord } from "./as-record.ts";
import type { ComponentDescription } from "./project.ts";
import { isSchema } from "./schema.ts";

/** Programs that describe themselves at once. */
const MAX_DESCRIBING = 2;
/** The answer to `--describe`; a longer one is refused. */
const MAX_DESCRIPTION_BYTES = 1024 * 1024;
/** The answer to `--describe`; after that the program is killed and the configuration refused. */
const DESCRIBE_TIMEOUT_MS = 20_000;

/** A program of ours, or one that runs a person's file. */
export interface Program {
  readonly script: string;
  readonly args: readonly string[];
}

export type Description =
  | {
      readonly kind: "core" | "backend" | "plugin";
      readonly components: readonly [ComponentDescription, ...ComponentDescription[]];
    }
  | { readonly problem: string };

/** Asks one program. Never throws. */
export type Describe = (program: Program) => Promise<Description>;

const MAX_STDERR_CHARACTERS = 8_192;
const MAX_COMPONENTS = 100;
/** What a program that is only asked has no use for: secrets, and where core is. */
const PRIVATE_ENV = /^(SEABIRD_|IRC_|BIND_HOST|DATABASE_URL|NODE_CHANNEL_)/;

/** Two at a time, each program once. `folder`: their working directory. */
export function describer(folder: string, timeoutMs: number = DESCRIBE_TIMEOUT_MS): Describe {
  const known = new Map<string, Promise<Description>>();
  const slots = new Slots(MAX_DESCRIBING);
  return (program) => {
    const key = JSON.stringify([program.script, ...program.args]);
    const asked = known.get(key) ?? slots.run(() => ask(program, folder, timeoutMs));
    known.set(key, asked);
    return asked;
  };
}

class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}

async function ask(program: Program, cwd: string, timeoutMs: number): Promise<Description> {
  // Node throws on these.
  if (program.args.some((text) => text.includes("\0"))) {
    return { problem: "a path has no NUL characters" };
  }
  const child = start(program, cwd);
  const answer = Promise.withResolvers<Description>();
  const end = (problem: string) => {
    answer.resolve({ problem });
    child.kill("SIGKILL");
  };
  const { out, said } = listen(child, end);
  const timer = setTimeout(
    () => end(`does not answer --describe within ${timeoutMs / 1_000} s${lastLine(said())}`),
    timeoutMs,
  );
  child.once("error", (error) => end(`cannot be started: ${error.message}`));
  child.once("close", (code, signal) => {
    if (code === 0) answer.resolve(read(out(), said()));
    else
      answer.resolve({ problem: `cannot be loaded${lastLine(said()) || `: ${signal ?? code}`}` });
  });
  try {
    return await answer.promise;
  } finally {
    clearTimeout(timer);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

type Child = ReturnType<typeof start>;

function start({ script, args }: Program, cwd: string) {
  const env = Object.entries(process.env).filter(([name]) => !PRIVATE_ENV.test(name));
  return spawn(process.execPath, [script, ...args, "--describe"], {
    cwd,
    env: Object.fromEntries(env),
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Keeps its output, within bounds: all of its answer, the end of its errors. */
function listen(child: Child, end: (problem: string) => void) {
  const out: Buffer[] = [];
  let size = 0;
  let said = "";
  child.stdout.on("data", (bytes: Buffer) => {
    size += bytes.length;
    if (size <= MAX_DESCRIPTION_BYTES) out.push(bytes);
    else end(`answers --describe with more than ${MAX_DESCRIPTION_BYTES} bytes`);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-MAX_STDERR_CHARACTERS);
  });
  return { out: () => Buffer.concat(out).toString("utf8"), said: () => said };
}

/** The line of its errors with the cause. */
function lastLine(said: string): string {
  const lines = said
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^(at |node:|Node\.js v|\^|\(Use `node|[{}])/.test(line));
  const line = lines.findLast((each) => /^\w*Error\b/.test(each)) ?? lines.at(-1);
  return line === undefined ? "" : `: ${safeText(line)}`;
}

function read(out: string, said: string): Description {
  const lines = out.split("\n").filter((line) => line.trim() !== "");
  try {
    // A file may print things of its own while it is loaded; the answer comes last.
    return checked(JSON.parse(lines.at(-1) ?? ""));
  } catch {
    return { problem: `does not answer --describe with JSON${lastLine(said)}` };
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
  const { name, type, help, commands, settings } = asRecord(value);
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
    settings: isSchema(settings) ? settings : null,
  };
}

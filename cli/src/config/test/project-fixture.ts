/** Reads texts as configurations, with components that are described here instead of asked. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { describeCore } from "../../../../core/src/config/describe.ts";
import type { Program } from "../../process/run-program.ts";
import type { Description } from "../describe-component.ts";
import { projectOf } from "../load-project.ts";
import type { Programs } from "../programs.ts";
import { type ProjectConfig, type ProjectFlags, ProjectProblems, problemLine } from "../project.ts";

const secret = { type: "string", minLength: 1, writeOnly: true };

/** As zod's JSON Schema of such settings is, closed nowhere. */
export const IRC_SETTINGS = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  properties: {
    host: {
      type: "string",
      pattern: "^ircs?://",
      description: "irc://host",
      "x-env": ["IRC_HOST"],
    },
    nick: { type: "string", minLength: 1, default: "seabird", "x-env": ["IRC_NICK"] },
    password: { ...secret, "x-env": ["IRC_PASS"] },
    command_prefix: { type: "string", default: "!", "x-live": true },
    send_budget_ms: { type: "integer", minimum: 1, maximum: 60000 },
    rejoin: { type: "boolean", default: true },
    sasl: {
      type: "object",
      properties: {
        account: { type: "string" },
        password: secret,
        mechanism: { type: "string", enum: ["plain", "external"], default: "plain" },
      },
      required: ["account"],
    },
    channels: {
      "x-live": true,
      "x-env": ["IRC_CHANNELS"],
      type: "array",
      default: [],
      items: {
        anyOf: [
          { type: "string", pattern: "^[#&]" },
          {
            type: "object",
            properties: { name: { type: "string" }, key: secret },
            required: ["name"],
          },
        ],
      },
    },
  },
  required: ["host"],
};

const HELLO = {
  type: "object",
  properties: { greeting: { type: "string", default: "hello" }, times: { type: "integer" } },
};

/** By script and first argument. */
export const ANSWERS: Readonly<Record<string, unknown>> = {
  core: describeCore(),
  irc: { kind: "backend", components: [{ name: "irc", type: "irc", settings: IRC_SETTINGS }] },
  campfire: {
    kind: "backend",
    components: [{ name: "campfire", type: "campfire", settings: null }],
  },
  plugins: {
    kind: "plugin",
    components: ["help", "ping", "introspection"].map((name) => ({
      name,
      settings: { properties: {} },
    })),
  },
  "hello.ts": { kind: "plugin", components: [{ name: "hello", settings: HELLO }] },
  "relay.ts": {
    kind: "plugin",
    components: [
      {
        name: "relay",
        settings: { properties: { to: { type: "array", items: { "x-channel-id": true } } } },
      },
    ],
  },
  "two.ts": {
    kind: "plugin",
    components: [
      { name: "one", settings: HELLO },
      { name: "other", settings: null },
    ],
  },
};

export const PROGRAMS: Programs = {
  core: { script: "core", args: [] },
  plugin: (name) => ({ script: "plugins", args: name === undefined ? [] : [name] }),
  backend: (network) => ({ script: network, args: [] }),
  backendFile: (file) => ({ script: "seabird", args: ["backend", file] }),
  networks: () => ["irc", "terminal"],
};

export function answer({ script, args }: Program): Promise<Description> {
  const file = args
    .at(-1)
    ?.replace(/^.*\//, "")
    .replace(/^campfire\.ts$/, "campfire");
  const answers = ANSWERS[file ?? script] ?? ANSWERS[script];
  const known = file === undefined || file in ANSWERS ? answers : undefined;
  return Promise.resolve((known ?? { problem: "cannot be loaded" }) as Description);
}

export interface ReadOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly flags?: ProjectFlags;
}

export interface ProjectFixture {
  readonly folder: string;
  /** Throws ProjectProblems. */
  project(text: string, options?: ReadOptions): Promise<ProjectConfig>;
  /** The lines of what is wrong; none if nothing is. */
  problems(text: string, options?: ReadOptions): Promise<readonly string[]>;
}

/** A folder of its own, removed after the test. */
export async function makeProjectFixture(t: TestContext): Promise<ProjectFixture> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-project-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const project: ProjectFixture["project"] = (text, { env = {}, flags = {} } = {}) => {
    const file = join(folder, "seabird.yaml");
    return projectOf(text, { file, folder, env, flags, programs: PROGRAMS, describe: answer });
  };
  return {
    folder,
    project,
    async problems(text, options) {
      try {
        await project(text, options);
        return [];
      } catch (error) {
        if (error instanceof ProjectProblems) return error.problems.map(problemLine);
        throw error;
      }
    },
  };
}

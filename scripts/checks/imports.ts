/** Which room may import which; the picture is in docs/contributing.md. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { cruise, type IConfiguration, type ICruiseResult } from "dependency-cruiser";
import type { Check } from "./check.ts";

/** A room, and all it may import from this repository besides itself. */
const ROOMS: Record<string, readonly string[]> = {
  "^protocol/src": [],
  "^runtime/src": [],
  "^core/src/broker": ["^protocol/src"],
  "^core/src/auth": ["^protocol/src"],
  "^core/src/transport": ["^core/src/broker", "^core/src/auth", "^protocol/src"],
  "^core/src": ["^core/src", "^protocol/src", "^runtime/"],
  "^sdk/src": ["^protocol/src", "^runtime/"],
  "^backends/([^/]+)/src": ["^sdk/src", "^protocol/src", "^runtime/"],
  "^plugins/src": ["^sdk/src", "^protocol/src", "^runtime/"],
  "^cli/src": ["^sdk/src", "^protocol/src", "^runtime/"],
  "^testkit/src": ["^core/src", "^sdk/src", "^protocol/src", "^runtime/"],
  "^create/src": ["^runtime/"],
};

/** Rooms that stay away from the machine: the built-in modules that they may use. */
const QUIET_ROOMS: Record<string, string> = {
  "^protocol/src": "^$",
  "^core/src/broker": "^(node:)?(crypto|buffer)$",
};

const TESTS = "\\.test\\.ts$|/test/";

function roomRules(): IConfiguration["forbidden"] {
  return Object.entries(ROOMS).map(([room, allowed]) => ({
    name: `room ${room.replaceAll(/[\^\\]/g, "")}`,
    severity: "error" as const,
    from: { path: room, pathNot: [TESTS, ...(room === "^core/src" ? ["^core/src/.+/"] : [])] },
    to: {
      path: "^(protocol|runtime|core|sdk|backends|plugins|cli|web|testkit|create|test|bench|examples|scripts)/",
      pathNot: ["/node_modules/", room.replace("([^/]+)", "$1"), ...allowed],
    },
  }));
}

function quietRules(): IConfiguration["forbidden"] {
  return Object.entries(QUIET_ROOMS).map(([room, allowed]) => ({
    name: `quiet ${room.replaceAll(/[\^\\]/g, "")}`,
    severity: "error" as const,
    from: { path: room, pathNot: [TESTS] },
    to: { dependencyTypes: ["core"], pathNot: [allowed] },
  }));
}

function rules(): IConfiguration["forbidden"] {
  return [
    ...(roomRules() ?? []),
    ...(quietRules() ?? []),
    {
      name: "no cycle",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    { name: "found", severity: "error", from: {}, to: { couldNotResolve: true } },
  ];
}

async function foldersOf(root: string): Promise<string[]> {
  const { include } = JSON.parse(await readFile(join(root, "tsconfig.json"), "utf8")) as {
    include: string[];
  };
  return include.filter((folder) =>
    /^(protocol|runtime|core|sdk|backends|plugins|cli|testkit|create)\b/.test(folder),
  );
}

export const imports: Check = {
  name: "imports",
  that: "imports go one way, without cycles",
  async find(root) {
    const { output } = await cruise(await foldersOf(root), {
      baseDir: root,
      ruleSet: { forbidden: rules() ?? [] },
      validate: true,
      tsPreCompilationDeps: "specify",
      doNotFollow: { path: ["node_modules"] },
      enhancedResolveOptions: {
        exportsFields: ["exports"],
        conditionNames: ["types", "import", "node", "default"],
      },
    });
    const { summary } = output as ICruiseResult;
    if (summary.totalCruised < 5) return [`only ${summary.totalCruised} modules were read`];
    return summary.violations.map(
      ({ rule, from, to, cycle }) =>
        `${rule.name}: ${from} imports ${cycle?.map((step) => step.name).join(" → ") ?? to}`,
    );
  },
};

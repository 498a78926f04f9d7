/** Which module may import which; the picture is in docs/contributing.md. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { cruise, type IConfiguration, type ICruiseResult } from "dependency-cruiser";
import type { Check } from "./check.ts";

/** A module, and all it may import from this repository besides itself. */
const MODULES: Record<string, readonly string[]> = {
  "^protocol/src": [],
  "^runtime/src": ["^runtime/"],
  "^core/src/broker": ["^protocol/src"],
  "^core/src/auth": ["^protocol/src"],
  "^core/src/media": ["^core/src/broker", "^protocol/src"],
  "^core/src/transport": ["^core/src/broker", "^core/src/auth", "^core/src/media", "^protocol/src"],
  "^core/src/config": ["^core/src/(broker|transport|auth|media)", "^runtime/"],
  "^core/src/metrics": ["^core/src/(broker|transport|media)"],
  "^core/src/program": ["^core/src/(broker|transport|auth|config|metrics)", "^runtime/"],
  "^core/src": ["^core/src", "^protocol/src", "^runtime/"],
  "^sdk/src": ["^protocol/src", "^runtime/"],
  "^backends/([^/]+)/src": ["^sdk/src", "^protocol/src", "^runtime/"],
  "^plugins/src": ["^sdk/src", "^protocol/src", "^runtime/"],
  "^cli/src": ["^sdk/src", "^protocol/src", "^runtime/"],
  "^testkit/src": ["^core/src", "^sdk/src", "^protocol/src", "^runtime/"],
  "^create/src": ["^runtime/"],
};

/** Modules without I/O: the built-in modules of Node that they may use. */
const PURE_MODULES: Record<string, string> = {
  "^protocol/src": "^$",
  "^core/src/broker": "^(node:)?(crypto|buffer)$",
};

const TESTS = "\\.test\\.ts$|/test/";

function moduleRules(): IConfiguration["forbidden"] {
  return Object.entries(MODULES).map(([module, allowed]) => ({
    name: `module ${module.replaceAll(/[\^\\]/g, "")}`,
    severity: "error" as const,
    from: { path: module, pathNot: [TESTS, ...(module === "^core/src" ? ["^core/src/.+/"] : [])] },
    to: {
      path: "^(protocol|runtime|core|sdk|backends|plugins|cli|web|testkit|create|test|bench|examples|scripts)/",
      pathNot: ["/node_modules/", module.replace("([^/]+)", "$1"), ...allowed],
    },
  }));
}

function pureRules(): IConfiguration["forbidden"] {
  return Object.entries(PURE_MODULES).map(([module, allowed]) => ({
    name: `pure ${module.replaceAll(/[\^\\]/g, "")}`,
    severity: "error" as const,
    from: { path: module, pathNot: [TESTS] },
    to: { dependencyTypes: ["core"], pathNot: [allowed] },
  }));
}

function rules(): IConfiguration["forbidden"] {
  return [
    ...(moduleRules() ?? []),
    ...(pureRules() ?? []),
    {
      name: "no cycle",
      severity: "error",
      from: {},
      to: { circular: true },
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

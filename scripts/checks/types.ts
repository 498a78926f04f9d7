import type { Check } from "./check.ts";
import { problemsOf } from "./run-tool.ts";

export const types: Check = {
  name: "types",
  that: "every file has sound types",
  find: (root) => problemsOf("tsc", ["--project", root, "--pretty", "false"], root),
};

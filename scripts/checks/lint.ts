import type { Check } from "./check.ts";
import { problemsOf } from "./run-tool.ts";

export const lint: Check = {
  name: "lint",
  that: "code is formatted and free of what the linter knows (mend with: npm run format)",
  find: (root) => problemsOf("biome", ["ci", "--colors=off", "--error-on-warnings", "."], root),
};

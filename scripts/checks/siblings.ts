/** All backends have the same files, so that any two can be compared. */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Check } from "./check.ts";

const FILES = ["main", "settings", "connection", "inbound", "outbound", "format", "backend"];

export const siblings: Check = {
  name: "siblings",
  that: "every backend has the same files",
  async find(root) {
    const backends = await readdir(join(root, "backends"));
    return backends.flatMap((backend) =>
      FILES.map((file) => `backends/${backend}/src/${file}.ts`)
        .filter((path) => !existsSync(join(root, path)))
        .map((path) => `${path} is missing: each backend has ${FILES.join(", ")}`),
    );
  },
};

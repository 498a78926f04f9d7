/**
 * Compares the .proto files with the ones that landed before, by buf's WIRE_JSON rules: bytes and
 * JSON of older programs stay readable.
 *
 * What landed is a committed image, so that no history is needed. `npm run gen` renews it, and only
 * if nothing breaks; one that is not current, or missing, fails the check.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Check } from "./check.ts";
import { problemsOf } from "./run-tool.ts";

const IMAGE = "landed.binpb";
const SHOWN = `protocol/${IMAGE}`;

/** Renews the image of what landed. Returns what breaks, and then leaves the image as it is. */
export async function renewLanded(root: string): Promise<string[]> {
  const compared = await compareWithLanded(root);
  if (compared.problems.length === 0) await writeFile(imageOf(root), compared.built);
  return compared.problems;
}

export const breaking: Check = {
  name: "breaking",
  that: "the .proto files break nothing that landed, on the wire or in JSON",
  async find(root) {
    const { problems, built, landed } = await compareWithLanded(root);
    if (problems.length > 0 || built.equals(landed)) return problems;
    return [`${SHOWN} is not what the .proto files say: npm run gen`];
  },
};

interface Comparison {
  readonly problems: string[];
  readonly built: Buffer;
  readonly landed: Buffer;
}

const NO_IMAGE = Buffer.alloc(0);

async function compareWithLanded(root: string): Promise<Comparison> {
  const landed = await readFile(imageOf(root)).catch(() => undefined);
  const failed = (problems: string[]) => ({ problems, built: NO_IMAGE, landed: NO_IMAGE });
  if (landed === undefined) return failed([`${SHOWN} is missing: restore it from git`]);
  const protocol = join(root, "protocol");
  const fresh = await mkdtemp(join(tmpdir(), "seabird-breaking-"));
  try {
    const path = join(fresh, IMAGE);
    const build = ["build", "--exclude-source-info", "--output", path];
    const unsound = await problemsOf("buf", build, protocol);
    if (unsound.length > 0) return failed(unsound);
    const broken = await problemsOf("buf", ["breaking", "--against", IMAGE], protocol);
    if (broken.length > 0) return failed(broken.map((line) => `${line} (against ${SHOWN})`));
    return { problems: [], built: await readFile(path), landed };
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

function imageOf(root: string): string {
  return join(root, "protocol", IMAGE);
}

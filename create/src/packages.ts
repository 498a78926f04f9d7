/**
 * Where a new project takes Seabird's packages from: tarballs, of the checkout that this program runs
 * in, or those beside the one that it was installed from. Never from a registry: the packages are not
 * published, and a stranger's of the same name would run.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT, Failure } from "./failure.ts";
import { packCheckout } from "./pack-checkout.ts";

const PACKAGE = fileURLToPath(new URL("../", import.meta.url));

/** The checkout's folder, if there is one. */
function findCheckout(): string | undefined {
  const folder = fileURLToPath(new URL("../../", import.meta.url));
  return existsSync(join(folder, "scripts", "build.ts")) ? folder : undefined;
}

/** Every package is named, for they need each other. Throws a Failure if there are none. */
export async function findPackages(): Promise<Readonly<Record<string, string>>> {
  const checkout = findCheckout();
  if (checkout !== undefined) return tarballsIn(await packCheckout(checkout));
  const folder = installedFrom();
  const found = folder === undefined ? {} : tarballsIn(folder);
  const missing = NEEDED.filter((name) => !Object.hasOwn(found, name));
  if (missing.length === 0) return found;
  const next =
    "run it in a checkout, by `cli/bin/seabird.js new`, or install it from a checkout's tarballs";
  throw new Failure(
    EXIT.failed,
    `there are no tarballs of ${missing.join(", ")} to depend on`,
    next,
  );
}

const NEEDED = ["@seabird-chat/cli", "@seabird-chat/sdk", "@seabird-chat/testkit"];

/** The folder of the tarball that npm installed this program from. */
function installedFrom(): string | undefined {
  const root = join(PACKAGE, "../../..");
  try {
    const text = readFileSync(join(root, "node_modules/.package-lock.json"), "utf8");
    const { packages } = JSON.parse(text) as { packages: Record<string, { resolved?: string }> };
    const resolved = packages["node_modules/@seabird-chat/create"]?.resolved ?? "";
    return resolved.startsWith("file:") ? dirname(resolve(root, resolved.slice(5))) : undefined;
  } catch {
    return undefined;
  }
}

function tarballsIn(folder: string): Readonly<Record<string, string>> {
  if (!existsSync(folder)) return {};
  const files = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
  return Object.fromEntries(
    files.map((file) => {
      const name = file
        .replace(/-\d+\.\d+\.\d+.*$/, "")
        .replace(/^seabird-chat-/, "@seabird-chat/");
      return [name, `file:${join(folder, file)}`];
    }),
  );
}

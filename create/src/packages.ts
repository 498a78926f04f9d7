/**
 * Where a new project takes Seabird's packages from: the registry, in this program's own version,
 * or, when this program runs in a checkout, the tarballs that the checkout makes of itself.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT, Failure } from "./failure.ts";

const PACKAGE = fileURLToPath(new URL("../", import.meta.url));

/** The checkout's folder, if there is one. */
export function findCheckout(): string | undefined {
  const folder = fileURLToPath(new URL("../../", import.meta.url));
  return existsSync(join(folder, "scripts", "build.ts")) ? folder : undefined;
}

/** Ranges for the registry. */
export function registryPackages(): Readonly<Record<string, string>> {
  const { version } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")) as {
    version: string;
  };
  const names = ["@seabird-chat/cli", "@seabird-chat/sdk", "@seabird-chat/testkit"];
  return Object.fromEntries(names.map((name) => [name, `^${version}`]));
}

/** Packs the checkout, some seconds. Every package is named, for they need each other. */
export async function checkoutPackages(
  checkout: string,
): Promise<Readonly<Record<string, string>>> {
  await packCheckout(checkout);
  const folder = join(checkout, "build", "tarballs");
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

async function packCheckout(checkout: string): Promise<void> {
  const script = join(checkout, "scripts", "build.ts");
  const child = spawn(process.execPath, [script, "--pack"], {
    cwd: checkout,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exit) => resolve(exit ?? 1));
  });
  if (code !== 0) {
    const next = `run \`npm run pack\` in ${checkout} and see what it says`;
    throw new Failure(EXIT.failed, "the checkout could not be packed", next);
  }
}

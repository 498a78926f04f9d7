/**
 * Finds the programs that the cli starts, by the names of their bins. They are never imported:
 * each runs in a process of its own.
 */
import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname, resolve } from "node:path";
import { EXIT } from "@seabird-chat/runtime";
import { asRecord } from "../config/as-record.ts";
import { CliError } from "./cli-error.ts";

const BACKEND_PREFIX = "@seabird-chat/backend-";

export function coreBin(): string {
  return findBin("@seabird-chat/core", "seabird-core");
}

export function pluginBin(): string {
  return findBin("@seabird-chat/plugins", "seabird-plugin");
}

/** Runs the backend that a file exports. */
export function backendFileBin(): string {
  return findBin("@seabird-chat/sdk", "seabird-backend");
}

export function createBin(): string {
  return findBin("@seabird-chat/create", "create-seabird");
}

/** The bin of a chat network's backend; the failure lists the networks there are. */
export function backendBin(network: string): string {
  const networks = listNetworks();
  if (networks.includes(network)) {
    return findBin(`${BACKEND_PREFIX}${network}`, `seabird-backend-${network}`);
  }
  throw new CliError(
    EXIT.usage,
    `there is no backend for ${JSON.stringify(network)}`,
    `choose one of: ${networks.join(", ")}`,
  );
}

/** The networks whose backends come with the cli. */
export function listNetworks(): string[] {
  return Object.keys(recordAt(ownPackage(), "dependencies"))
    .filter((name) => name.startsWith(BACKEND_PREFIX))
    .map((name) => name.slice(BACKEND_PREFIX.length))
    .sort();
}

/** The plugins that come with the cli, in the order in which they are offered. */
export const OUR_PLUGINS: readonly string[] = ["help", "ping", "introspection"];

/** This package's version, which all packages of the project share. */
export function ownVersion(): string {
  return String(ownPackage()["version"]);
}

function findBin(packageName: string, binName: string): string {
  const path = findPackageJSON(packageName, import.meta.url);
  const bin = path === undefined ? undefined : recordAt(readPackage(path), "bin")[binName];
  if (path !== undefined && typeof bin === "string") return resolve(dirname(path), bin);
  throw new CliError(
    EXIT.unavailable,
    `${packageName} is not installed`,
    "run `npm ci` in the checkout",
  );
}

function ownPackage(): Record<string, unknown> {
  return readPackage(resolve(import.meta.dirname, "../../package.json"));
}

function readPackage(path: string): Record<string, unknown> {
  return asRecord(JSON.parse(readFileSync(path, "utf8")));
}

function recordAt(value: Record<string, unknown>, key: string): Record<string, unknown> {
  return asRecord(value[key]);
}

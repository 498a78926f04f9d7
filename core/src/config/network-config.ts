/** The settings of who may call over the web, by which name, and through whom. */
import { parseSubnet } from "../transport/connections/trusted-proxies.ts";
import { type Given, type SettingReader, wrong } from "./setting-reader.ts";
import type { SettingName } from "./settings.ts";

export interface NetworkConfig {
  readonly corsOrigins: readonly string[];
  /** Beside those of this machine. */
  readonly hostNames: readonly string[];
  /** Addresses and subnets. */
  readonly trustedProxies: readonly string[];
}

export function readNetwork(reader: SettingReader): NetworkConfig {
  return {
    corsOrigins: readList(reader, "corsOrigins", isOrigin, ORIGINS),
    hostNames: readList(reader, "hostNames", (name) => HOST_NAME.test(name), HOST_NAMES),
    trustedProxies: readList(reader, "trustedProxies", isSubnet, PROXIES),
  };
}

const ORIGINS = "* or origins such as https://chat.example, separated by commas";
const HOST_NAMES = "names such as chat.example, without a port, separated by commas";
const PROXIES = "addresses and subnets such as 127.0.0.1 or 10.0.0.0/8, separated by commas";
const HOST_NAME = /^[a-zA-Z0-9._-]{1,253}$/;

function isOrigin(text: string): boolean {
  return text === "*" || (URL.canParse(text) && new URL(text).origin === text);
}

function isSubnet(text: string): boolean {
  return parseSubnet(text) !== undefined;
}

function readList(
  reader: SettingReader,
  name: SettingName,
  isAllowed: (element: string) => boolean,
  allowed: string,
): readonly string[] {
  const given: Given | undefined = reader.named(name);
  if (given === undefined) return [];
  const elements = given.value.split(",").map((element) => element.trim());
  if (!elements.every(isAllowed)) throw wrong(given, allowed);
  return elements;
}

/** The address core listens on: what is configured, or a free port if that one is taken. */
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { EXIT } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";

export interface BindAddress {
  readonly host: string;
  readonly port: number;
}

const DEFAULT_BIND = "127.0.0.1:11235";
const NAMES = ["SEABIRD_BIND_HOST", "BIND_HOST"];

/** Option, environment, `.env`, default: the order that core follows. */
export function configuredBind(
  option: string | undefined,
  env: NodeJS.ProcessEnv,
  cwd: string,
): BindAddress {
  if (option !== undefined) return parseBind(option, "--bind");
  for (const source of [env, readDotEnv(cwd)]) {
    for (const name of NAMES) {
      const value = source[name];
      if (value) return parseBind(value, name);
    }
  }
  return parseBind(DEFAULT_BIND, "the default");
}

/** `host:port`, a host in brackets if it is IPv6. Throws a CliError. */
export function parseBind(text: string, from: string): BindAddress {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s]*)):(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  if (match !== null && port <= 65_535) {
    return { host: match[1] ?? (match[2] || "0.0.0.0"), port };
  }
  throw new CliError(
    EXIT.usage,
    `${from} is ${JSON.stringify(text)}, which is no address to listen on`,
    `give host:port, as ${DEFAULT_BIND}`,
  );
}

export function formatBind({ host, port }: BindAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether somebody listens there already. Other troubles are left for core to report. */
export function isTaken({ host, port }: BindAddress): Promise<boolean> {
  if (port === 0) return Promise.resolve(false);
  return new Promise((answer) => {
    const probe = createServer();
    probe.once("error", (error) => answer("code" in error && error.code === "EADDRINUSE"));
    probe.listen({ host, port }, () => probe.close(() => answer(false)));
  });
}

function readDotEnv(cwd: string): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(resolve(cwd, ".env"), "utf8"));
  } catch {
    return {};
  }
}

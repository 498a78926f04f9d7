/** Where core listens: as configured at first, and from then on where it has been. */
import { createServer } from "node:net";
import { EXIT } from "@seabird-chat/runtime";
import type { ProjectConfig } from "../config/project.ts";
import { CliError } from "../process/cli-error.ts";
import { writeRunFile } from "./run-file.ts";

export class CoreAddress {
  readonly #folder: string;
  readonly #warn: (text: string) => void;
  /** As `host:port`; empty for a remote core. */
  readonly configured: string;
  readonly #mayMove: boolean;
  #bind: BindAddress | undefined;
  #moved = false;
  #url = "";
  #removeRunFile: () => void = () => undefined;

  /** A remote core's is known from the start. `folder`: where other commands look it up. */
  constructor(project: ProjectConfig, folder: string, warn: (text: string) => void) {
    const { core, file, origins } = project;
    this.#folder = folder;
    this.#warn = warn;
    if (core.kind === "own") this.#bind = parseBind(core.listen, "core.listen");
    else this.#set(core.url);
    this.configured = this.bind;
    const given = origins.find(({ path }) => path === "core.listen")?.origin.from ?? "default";
    this.#mayMove = file === undefined && given === "default";
  }

  /** Empty as long as it is unknown. */
  get url(): string {
    return this.#url;
  }

  /** `host:port` to listen on. */
  get bind(): string {
    return this.#bind === undefined ? "" : formatBind(this.#bind);
  }

  /** A free port was chosen, since the configured one is taken. */
  get moved(): boolean {
    return this.#moved;
  }

  /** Chooses a free port if nobody asked for the one that is taken; true if it did. */
  async avoidTaken(): Promise<boolean> {
    if (!this.#mayMove || this.#bind === undefined || !(await isTaken(this.#bind))) return false;
    this.#bind = { host: this.#bind.host, port: 0 };
    this.#moved = true;
    return true;
  }

  /** Core listens there, and does so again after a crash. True if the address is new. */
  listening(url: string): boolean {
    if (this.#bind === undefined) return false;
    this.#bind = { host: this.#bind.host, port: Number(new URL(url).port) || this.#bind.port };
    const isNew = this.#url !== url;
    if (isNew) this.#set(url);
    return isNew;
  }

  /** Other commands do not find it any more. */
  forget(): void {
    this.#removeRunFile();
  }

  #set(url: string): void {
    this.#url = url;
    this.#removeRunFile = writeRunFile(this.#folder, { pid: process.pid, url }, this.#warn);
  }
}

export interface BindAddress {
  readonly host: string;
  readonly port: number;
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
    "give host:port, as 127.0.0.1:11235",
  );
}

export function formatBind({ host, port }: BindAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether somebody listens there already. Other troubles are left for core to report. */
function isTaken({ host, port }: BindAddress): Promise<boolean> {
  if (port === 0) return Promise.resolve(false);
  return new Promise((answer) => {
    const probe = createServer();
    probe.once("error", (error) => answer("code" in error && error.code === "EADDRINUSE"));
    probe.listen({ host, port }, () => probe.close(() => answer(false)));
  });
}

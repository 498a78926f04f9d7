/** Where core listens: as configured at first, and from then on where it has been. */
import { createServer } from "node:net";
import {
  BIND_ADDRESS_FORM,
  type BindAddress,
  EXIT,
  formatAddress,
  parseBindAddress,
  systemErrorCode,
} from "@seabird-chat/runtime";
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
    return this.#bind === undefined ? "" : formatAddress(this.#bind);
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

/** Throws a CliError. */
export function parseBind(text: string, from: string): BindAddress {
  const address = parseBindAddress(text);
  if (address !== undefined) return address;
  throw new CliError(
    EXIT.usage,
    `${from} is ${JSON.stringify(text)}, which is no address to listen on`,
    `give ${BIND_ADDRESS_FORM}`,
  );
}

/** Whether somebody listens there already. Other troubles are left for core to report. */
function isTaken({ host, port }: BindAddress): Promise<boolean> {
  if (port === 0) return Promise.resolve(false);
  return new Promise((answer) => {
    const probe = createServer();
    probe.once("error", (error) => answer(systemErrorCode(error) === "EADDRINUSE"));
    probe.listen({ host, port }, () => probe.close(() => answer(false)));
  });
}

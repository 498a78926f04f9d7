/** Where core listens: as configured at first, and from then on where it has been. */
import type { ProjectConfig } from "../config/project.ts";
import { type BindAddress, formatBind, parseBind } from "./bind-address.ts";
import { writeRunFile } from "./run-file.ts";

export class CoreAddress {
  readonly #folder: string;
  readonly #warn: (text: string) => void;
  #bind: BindAddress | undefined;
  #url = "";
  #removeRunFile: () => void = () => undefined;

  /** A remote core's is known from the start. `folder`: where other commands look it up. */
  constructor({ core }: ProjectConfig, folder: string, warn: (text: string) => void) {
    this.#folder = folder;
    this.#warn = warn;
    if (core.kind === "own") this.#bind = parseBind(core.listen, "core.listen");
    else this.#set(core.url);
  }

  /** Empty as long as nobody knows it. */
  get url(): string {
    return this.#url;
  }

  /** `host:port` to listen on. */
  get bind(): string {
    return this.#bind === undefined ? "" : formatBind(this.#bind);
  }

  /** Core has told its address, and comes back there. True if it is another one than before. */
  listening(url: string): boolean {
    if (this.#bind === undefined) return false;
    this.#bind = { host: this.#bind.host, port: Number(new URL(url).port) || this.#bind.port };
    const isNew = this.#url !== url;
    if (isNew) this.#set(url);
    return isNew;
  }

  /** Other commands find it no more. */
  forget(): void {
    this.#removeRunFile();
  }

  #set(url: string): void {
    this.#url = url;
    this.#removeRunFile = writeRunFile(this.#folder, { pid: process.pid, url }, this.#warn);
  }
}

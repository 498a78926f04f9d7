/** Which program a key of the configuration means. */
import { resolve } from "node:path";
import { backendBin, backendFileBin, coreBin, listNetworks, pluginBin } from "../process/bins.ts";
import type { Program } from "../process/run-program.ts";

/** Where the programs are; tests have their own. */
export interface Programs {
  readonly core: Program;
  /** All our plugins, one of them, or a person's file. */
  plugin(name?: string): Program;
  /** One of the networks. */
  backend(network: string): Program;
  backendFile(file: string): Program;
  networks(): readonly string[];
}

/** `folder`: where relative paths begin. */
export function programsOf(folder: string): Programs {
  return {
    core: { script: coreBin(), args: [] },
    plugin: (name) => ({
      script: pluginBin(),
      args: name === undefined ? [] : [isFile(name) ? resolve(folder, name) : name],
    }),
    backend: (network) => ({ script: backendBin(network), args: [] }),
    backendFile: (file) => ({ script: backendFileBin(), args: [resolve(folder, file)] }),
    networks: listNetworks,
  };
}

/** A path, not the name of something that comes with us. */
export function isFile(name: string): boolean {
  return /^(\.\.?\/|\/)/.test(name);
}

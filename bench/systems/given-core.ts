/** A core that somebody else started: `--url` and `--token`. */
import type { MeasuredSystem } from "./system.ts";

export function givenCore(url: URL, token: string): MeasuredSystem {
  return {
    name: "core",
    peer: { url, token, bare: false },
    pid: undefined,
    listeningAfterMs: undefined,
    inspector: () => undefined,
    close: async () => undefined,
  };
}

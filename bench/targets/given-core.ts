/** A core that somebody else started: `--url` and `--token`. */
import type { Target } from "./target.ts";

export function givenCore(url: URL, token: string): Target {
  return {
    name: "core",
    peer: { url, token, bare: false },
    pid: undefined,
    listeningAfterMs: undefined,
    inspector: () => undefined,
    close: async () => undefined,
  };
}

/** What is measured: a core, or a program beside it. */
import type { Peer } from "../load/peer.ts";

export type TargetName = "core" | "ceiling" | "grpc-js";

export interface Target {
  readonly name: TargetName;
  readonly peer: Peer;
  /** Its process, if we started it. */
  readonly pid: number | undefined;
  /** How long it took from the process's start until it listened, in milliseconds. */
  readonly listeningAfterMs: number | undefined;
  /** Where its inspector listens, once that has been opened. */
  inspector(): string | undefined;
  close(): Promise<void>;
}

/** Starts one target anew, with further arguments for Node. */
export type StartTarget = (nodeArguments?: readonly string[]) => Promise<Target>;

/** A system under measurement: a core, or a baseline. */
import type { Peer } from "../load/peer.ts";

export type SystemName = "core" | "ceiling" | "grpc-js" | "grpc-go" | "nats";

export interface MeasuredSystem {
  readonly name: SystemName;
  readonly peer: Peer;
  /** Its process, if we started it. */
  readonly pid: number | undefined;
  /** How long it took from the process's start until it listened, in milliseconds. */
  readonly listeningAfterMs: number | undefined;
  /** Where its inspector listens, once that has been opened. */
  inspector(): string | undefined;
  close(): Promise<void>;
}

/** Starts one system anew, with further arguments for Node. */
export type StartSystem = (nodeArguments?: readonly string[]) => Promise<MeasuredSystem>;

/** What the contract's cases run on: a network that each case enters anew. */
import type { TestContext } from "node:test";
import type { ContractNetwork } from "@seabird-chat/testkit";

export interface ContractServer {
  /** Undefined: a program is missing, and the test was told to skip. */
  start(t: TestContext): Promise<ContractNetwork | undefined>;
  /** After the last case. */
  close(): Promise<void>;
}

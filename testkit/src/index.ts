/** The entry point of the test kit. */

export { BACKEND_CONTRACT, type ContractCase } from "./contract/backend-contract.ts";
export type {
  ContractNetwork,
  ContractPerson,
  ContractStart,
  PostedFile,
} from "./contract/contract-network.ts";
export {
  type Backendbed,
  type BackendbedOptions,
  backendbed,
  type ListedChannel,
} from "./harness/backendbed.ts";
export type {
  LeaveOptions,
  ReactionOptions,
  SayOptions,
  TestChannel,
  TestPrivateChat,
  TypingOptions,
} from "./harness/conversations.ts";
export type { EmittedEvent, ReportKind, ReportOf } from "./harness/emitted-event.ts";
export type { Expected } from "./harness/expectations.ts";
export type { NetworkFeature } from "./harness/network-features.ts";
export type { Request, RequestKind } from "./harness/scripted-connection.ts";
export type { NetworkOptions } from "./harness/scripted-network.ts";
export type {
  SentDeletion,
  SentEdit,
  SentItem,
  SentMention,
  SentMessage,
  SentReaction,
  SentReplyTo,
} from "./harness/sent-messages.ts";
export { showBlock } from "./harness/show-block.ts";
export type { LogLine, TestLog } from "./harness/test-log.ts";
export type { PersonReactionOptions, SaidMessage, TestMessage } from "./harness/test-message.ts";
export { type ChannelOptions, type Testbed, type TestNetwork, testbed } from "./harness/testbed.ts";
export type { TestbedOptions } from "./harness/testbed-options.ts";
export type { UserOptions } from "./harness/users.ts";
export { FakeClock, type FakeClockOptions, type PendingTimer } from "./time/fake-clock.ts";
export { seededRandom } from "./time/seeded-random.ts";

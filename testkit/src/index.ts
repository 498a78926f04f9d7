/** The door of the test kit. */
export {
  type Backendbed,
  type BackendbedOptions,
  type BedChannel,
  backendbed,
} from "./bed/backendbed.ts";
export type { BedLog, LogLine } from "./bed/bed-log.ts";
export type { Expected } from "./bed/expectation.ts";
export type { HeardEvent } from "./bed/heard.ts";
export type { PersonSettings } from "./bed/people.ts";
export type { ChannelRoom, PrivateRoom, SaySettings } from "./bed/room.ts";
export type { Failing, NetworkSettings, Request } from "./bed/scripted-network.ts";
export type { Said, SaidInRoom } from "./bed/sends.ts";
export { showBlock } from "./bed/show-block.ts";
export { type Testbed, type TestbedOptions, testbed } from "./bed/testbed.ts";
export { FakeClock, type FakeClockOptions, type PendingTimer } from "./time/fake-clock.ts";
export { seededRandom } from "./time/seeded-random.ts";

/** A runner over functions of a connection, and the answers that it gives. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type ChatRequest, ChatRequestSchema } from "@seabird-chat/protocol";
import { systemClock } from "../../link/clock.ts";
import { silentLog } from "../../program/log.ts";
import type { BackendConnection } from "../backend-connection.ts";
import { Channels, type ChatEventBody } from "../channels.ts";
import { RepeatedRequests } from "../repeated-requests.ts";
import { RequestRunner } from "../request-runner.ts";

export type Inner = NonNullable<MessageInitShape<typeof ChatRequestSchema>["inner"]>;

export const request = (id: string, inner: Inner): ChatRequest =>
  create(ChatRequestSchema, { id, inner });
export const send = (id: string) =>
  request(id, { case: "sendMessage", value: { channelId: "#a", text: id } });

export function setUp(
  functions: Partial<BackendConnection>,
  { maxAtOnce = 10, timeoutMs = 60_000, isAway = false, clock = systemClock } = {},
) {
  const answers: [string, ChatEventBody][] = [];
  const announce = () => undefined;
  const channels = new Channels({ maxChannels: 9, maxCharacters: 99, announce });
  const connection = { ...functions, close: () => undefined };
  const repeated = new RepeatedRequests(clock);
  /** Of one session with core, on one connection to the network. */
  const session = () => {
    const over = new AbortController();
    const ended = new AbortController();
    const runner = new RequestRunner(
      {
        ...{ type: "camp", channels, maxAtOnce, timeoutMs, clock, log: silentLog, repeated },
        connected: () => (isAway ? undefined : { connection, ended: ended.signal }),
        http: () => Promise.reject(new Error("core is not there")),
        metadata: async () => ({ a: "1" }),
        onActivity: () => undefined,
        answer: (id, answer) => answers.push([id, answer(channels)]),
      },
      over.signal,
    );
    return { runner, over, ended };
  };
  return { ...session(), answers, session };
}

export const failed = (reason: string) => ({ case: "failed", value: { reason } });

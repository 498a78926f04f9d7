/**
 * The methods that the broker serves: those of `seabird.Seabird` and `seabird.ChatIngest`, and
 * every action of `broker/actions.ts`, whatever its service.
 */
import type { Message } from "@bufbuild/protobuf";
import {
  type ChannelInfoRequest,
  ChatIngest,
  type ListChannelsRequest,
  Seabird,
  type StreamEventsRequest,
} from "@seabird-chat/protocol";
import type { AnyActionRow } from "../../broker/actions/rows/action-row.ts";
import { ACTIONS, type ActionKind, type ActionRequest } from "../../broker/actions.ts";
import type { Broker } from "../../broker/broker.ts";
import { missingScope } from "../../broker/errors.ts";
import type { Source } from "../../broker/streams/source.ts";
import type { Access, Call, Method, UnaryMethod } from "../calls/method.ts";

const READERS: Access = ["plugin", "read"];

export function brokerMethods(broker: Broker): readonly Method[] {
  const rpc = Seabird.method;
  return [
    {
      kind: "server_streaming",
      desc: rpc.streamEvents,
      access: READERS,
      handle: (request, call) => openEvents(broker, request as StreamEventsRequest, call),
    },
    ...(Object.keys(ACTIONS) as ActionKind[]).map((kind) => action(broker, kind)),
    { ...list(rpc.listBackends, () => broker.listBackends()), shares: "reply" },
    {
      ...list(rpc.listChannels, (request, call) =>
        broker.listChannels(request as ListChannelsRequest, call),
      ),
      shares: "reply",
    },
    {
      ...list(rpc.getChannelInfo, (request, call) =>
        broker.channelInfo(request as ChannelInfoRequest, call),
      ),
      shares: "capabilities",
    },
    list(rpc.getCoreInfo, () => broker.coreInfo()),
    { ...list(rpc.registeredCommands, () => broker.registeredCommands()), shares: "reply" },
    {
      kind: "bidi_streaming",
      desc: ChatIngest.method.ingestEvents,
      // The broker checks the scope of the backend that the Hello names.
      access: "any",
      handle: (call) => broker.openIngest(call),
    },
  ];
}

function action(broker: Broker, kind: ActionKind): UnaryMethod {
  const { rpc, access, shares }: AnyActionRow = ACTIONS[kind];
  return {
    kind: "unary",
    desc: rpc,
    access,
    enforcesTimeout: true,
    ...(shares !== undefined && { shares }),
    handle: (request, call) => broker.act(kind, request as ActionRequest<typeof kind>, call),
  };
}

function list(
  desc: UnaryMethod["desc"],
  handle: (request: Message, call: Call) => Message,
): UnaryMethod {
  return { kind: "unary", desc, access: READERS, handle };
}

function openEvents(broker: Broker, request: StreamEventsRequest, call: Call): Source {
  const registers = Object.keys(request.commands).length > 0;
  if (registers && call.principal?.has("plugin") !== true) throw missingScope("plugin");
  return broker.openEvents(request, call);
}

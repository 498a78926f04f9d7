/** The table of `seabird.Seabird`, the plugins' side: each row hands on to the broker. */
import type { Message } from "@bufbuild/protobuf";
import {
  type ChannelInfoRequest,
  type ListChannelsRequest,
  Seabird,
  type StreamEventsRequest,
} from "@seabird-chat/protocol";
import type { ActionKind, ActionRequest } from "../../broker/actions/action-kinds.ts";
import type { Broker } from "../../broker/broker.ts";
import { BrokerError } from "../../broker/errors.ts";
import type { Access, Call, Method, UnaryMethod } from "../calls/method.ts";

const READERS: Access = ["plugin", "read"];
const ACTORS: Access = ["plugin"];

/** Kinds that reach one person, which a token may be kept from. */
const PRIVATE: ReadonlySet<ActionKind> = new Set(["sendPrivateMessage", "performPrivateAction"]);

export function seabirdMethods(broker: Broker): readonly Method[] {
  const rpc = Seabird.method;
  return [
    {
      kind: "server_streaming",
      desc: rpc.streamEvents,
      access: READERS,
      handle: (request, call) => openEvents(broker, request as StreamEventsRequest, call),
    },
    action(broker, rpc.performAction, "performAction"),
    action(broker, rpc.performPrivateAction, "performPrivateAction"),
    action(broker, rpc.sendMessage, "sendMessage"),
    action(broker, rpc.sendPrivateMessage, "sendPrivateMessage"),
    action(broker, rpc.joinChannel, "joinChannel"),
    action(broker, rpc.leaveChannel, "leaveChannel"),
    action(broker, rpc.updateChannelInfo, "updateChannelInfo"),
    { ...action(broker, rpc.getBackendInfo, "getBackendInfo"), access: READERS },
    list(rpc.listBackends, () => broker.listBackends()),
    list(rpc.listChannels, (request) => broker.listChannels(request as ListChannelsRequest)),
    list(rpc.getChannelInfo, (request) => broker.channelInfo(request as ChannelInfoRequest)),
    list(rpc.getCoreInfo, () => broker.coreInfo()),
    list(rpc.registeredCommands, () => broker.registeredCommands()),
  ];
}

function action(broker: Broker, desc: UnaryMethod["desc"], kind: ActionKind): UnaryMethod {
  const isPrivate = PRIVATE.has(kind);
  return {
    kind: "unary",
    desc,
    access: ACTORS,
    enforcesTimeout: true,
    handle(request, call) {
      if (isPrivate && !call.caller.mayPrivate) throw lacks("private");
      return broker.act(kind, request as ActionRequest<typeof kind>, call);
    },
  };
}

function list(desc: UnaryMethod["desc"], answer: (request: Message) => Message): UnaryMethod {
  return { kind: "unary", desc, access: READERS, handle: answer };
}

function openEvents(broker: Broker, request: StreamEventsRequest, call: Call) {
  const registers = Object.keys(request.commands).length > 0;
  if (registers && call.principal?.has("plugin") !== true) throw lacks("plugin");
  return broker.openEvents(request, call);
}

function lacks(scope: string): BrokerError {
  return new BrokerError("missing_scope", `token lacks the scope "${scope}"`);
}

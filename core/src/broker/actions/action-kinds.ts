/** The actions by name, and the messages each speaks. `actions.ts` says how each is done. */
import type {
  BackendInfoRequest,
  BackendInfoResponse,
  JoinChannelRequest,
  JoinChannelResponse,
  LeaveChannelRequest,
  LeaveChannelResponse,
  PerformActionRequest,
  PerformActionResponse,
  PerformPrivateActionRequest,
  PerformPrivateActionResponse,
  SendMessageRequest,
  SendMessageResponse,
  SendPrivateMessageRequest,
  SendPrivateMessageResponse,
  UpdateChannelInfoRequest,
  UpdateChannelInfoResponse,
} from "@seabird-chat/protocol";

export interface ActionMessages {
  sendMessage: { request: SendMessageRequest; response: SendMessageResponse };
  sendPrivateMessage: { request: SendPrivateMessageRequest; response: SendPrivateMessageResponse };
  performAction: { request: PerformActionRequest; response: PerformActionResponse };
  performPrivateAction: {
    request: PerformPrivateActionRequest;
    response: PerformPrivateActionResponse;
  };
  joinChannel: { request: JoinChannelRequest; response: JoinChannelResponse };
  leaveChannel: { request: LeaveChannelRequest; response: LeaveChannelResponse };
  updateChannelInfo: { request: UpdateChannelInfoRequest; response: UpdateChannelInfoResponse };
  getBackendInfo: { request: BackendInfoRequest; response: BackendInfoResponse };
}

/** What a plugin can have core ask of a backend. */
export type ActionKind = keyof ActionMessages;
export type ActionRequest<K extends ActionKind> = ActionMessages[K]["request"];
export type ActionResponse<K extends ActionKind> = ActionMessages[K]["response"];

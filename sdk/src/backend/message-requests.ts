/** Requests of the messages extension (docs/protocol.md): one row for each. */
import { text as textBlock } from "@seabird-chat/protocol";
import { type FileSource, readableFile } from "../link/file-source.ts";
import { sendFile } from "../link/send-file.ts";
import { fromConversation, fromEmoji } from "./from-wire.ts";
import { toMembers } from "./members.ts";
import {
  type Answer,
  failed,
  type RequestCase,
  type RequestKind,
  success,
  type ValueOf,
} from "./request-kind.ts";
import { toFailedIds, toSendResult } from "./send-result.ts";

export type MessageRequestCase = Extract<
  RequestCase,
  "editMessage" | "deleteMessages" | "react" | "setTyping" | "listMembers" | "fetchAttachment"
>;

/** Core waits a minute for a file. */
const FETCH_TIMEOUT_MS = 55_000;

export const MESSAGE_REQUESTS: {
  readonly [Case in MessageRequestCase]: RequestKind<ValueOf<Case>>;
} = {
  editMessage: {
    needs: "edit",
    capability: "edit",
    cannot: "edit messages",
    async run(connection, value, request, { warn }) {
      const { conversation, messageIds, text, rootBlock } = value;
      const message = { ...request, text, block: rootBlock ?? textBlock(text) };
      const sent = await connection.edit(fromConversation(conversation), messageIds, message);
      return sentAnswer(sent, warn);
    },
  },
  deleteMessages: {
    needs: "delete",
    capability: "delete",
    cannot: "delete messages",
    async run(connection, { conversation, messageIds, reason }, request, { warn }) {
      const to = fromConversation(conversation);
      const returned = await connection.delete(to, messageIds, { ...request, reason });
      const failed = toFailedIds(returned, messageIds, warn);
      if (Object.keys(failed).length === 0) return success;
      return () => ({ case: "success", value: { failed } });
    },
  },
  react: {
    needs: "react",
    capability: "react",
    cannot: "react to messages",
    async run(connection, { conversation, messageId, emoji, removed }, request) {
      const reaction = { emoji: fromEmoji(emoji), removed };
      await connection.react(fromConversation(conversation), messageId, reaction, request);
      return success;
    },
  },
  setTyping: {
    needs: "setTyping",
    capability: "typing",
    cannot: "show typing",
    async run(connection, { conversation, isActive }, request) {
      await connection.setTyping(fromConversation(conversation), isActive, request);
      return success;
    },
  },
  listMembers: {
    needs: "members",
    capability: "members",
    cannot: "list members",
    async run(connection, { channelId }, request) {
      const value = toMembers(await connection.members(channelId, request));
      return () => ({ case: "members", value });
    },
  },
  fetchAttachment: {
    needs: "fetchAttachment",
    capability: "fetchAttachment",
    cannot: "fetch attachments",
    timeoutMs: FETCH_TIMEOUT_MS,
    async run(connection, { attachmentId, uploadUrl }, request, { http }) {
      let isSent = false;
      const upload = async (source: FileSource): Promise<void> => {
        await sendFile(http, uploadUrl, await readableFile(source), request.signal);
        isSent = true;
      };
      await connection.fetchAttachment(attachmentId, upload, request);
      return isSent ? success : failed("the backend sent no file");
    },
  },
};

/** The answer to a send or an edit. */
export function sentAnswer(returned: unknown, warn: (problem: string) => void): Answer {
  const result = toSendResult(returned, warn);
  return result === undefined ? success : () => ({ case: "success", value: { result } });
}

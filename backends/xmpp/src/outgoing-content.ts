/** The content of a send as the parts that XMPP sends: a text, and each file in a message of its own. Pure. */
import { type Block, text, walkBlocks } from "@seabird-chat/protocol";
import {
  type Feature,
  type MessageReference,
  Refused,
  type Target,
} from "@seabird-chat/sdk/backend";
import { blockToBody, type RenderedBody } from "./format.ts";
import { MAX_TEXT_BYTES } from "./network-capabilities.ts";
import { type Address, fileStanza, textStanza } from "./outbound.ts";
import type { Stanza } from "./stanza.ts";
import type { RecentMessage } from "./state/recent-messages.ts";
import type { RoomView } from "./state/rooms.ts";

/** A file that has a url, or bytes at core. */
export interface OutgoingAttachment {
  readonly url: string;
  readonly corePath: string;
  readonly name: string;
  readonly description: string;
  readonly isSpoiler: boolean;
}

export interface OutgoingContent {
  /** Undefined: there are files only. */
  readonly rendered: RenderedBody | undefined;
  readonly files: readonly OutgoingAttachment[];
  readonly degraded: readonly Feature[];
}

/** Files of one message: each is one more, and core's time for all is 10 s. */
export const MAX_FILES = 10;

/** `room`: where it goes, if that is a room. Throws Refused for what is empty or too much. */
export function contentOf(block: Block, room: RoomView | undefined): OutgoingContent {
  // Core allows fifty times as much: too much to render first.
  const bytes = Buffer.byteLength(block.plain);
  if (bytes > MAX_TEXT_BYTES) {
    throw new Refused(`the message is ${bytes} bytes; at most ${MAX_TEXT_BYTES} fit on XMPP`);
  }
  const files: OutgoingAttachment[] = [];
  const degraded = new Set<Feature>();
  for (const { inner } of walkBlocks(block)) {
    if (inner.case === "attachment") {
      if (hasSource(inner.value)) files.push(inner.value);
      else degraded.add("attachment");
    } else if (inner.case === "mention" && inner.value.target.case === "everyone") {
      degraded.add("mention");
    } else if (inner.case === "emoji" && (inner.value.id !== "" || inner.value.url !== "")) {
      degraded.add("emoji");
    }
  }
  if (files.length > MAX_FILES) {
    throw new Refused(`the message has ${files.length} files; at most ${MAX_FILES} fit on XMPP`);
  }
  const rendered = blockToBody(block, {
    nameOf: (userId) => nickOf(userId, room),
    attachment: (each) =>
      each.inner.case === "attachment" && hasSource(each.inner.value) ? "" : each.plain,
  });
  const hasText = rendered.body.trim() !== "";
  if (!hasText && files.length === 0) throw new Refused("the message is empty");
  return { rendered: hasText ? rendered : undefined, files, degraded: [...degraded] };
}

/** The message that is answered: one in this conversation, or one that can only be quoted. */
export interface Reply {
  readonly replyTo?: MessageReference | undefined;
  readonly quotes?: MessageReference | undefined;
}

/** What is not said of the message is taken from those that were heard. */
export function replyOf(
  to: Target,
  given: MessageReference | undefined,
  heard: (id: string) => RecentMessage | undefined,
): Reply {
  if (given === undefined) return {};
  const { conversation = to, messageId } = given;
  if (conversation.kind !== to.kind || conversation.id !== to.id) return { quotes: given };
  if (messageId === "") return { quotes: given };
  const known = heard(messageId);
  const { author = known?.userId } = given;
  return { replyTo: { ...given, author, text: given.text || known?.text } };
}

/** A file with the url by which people open it; empty: nobody can, and its name is all that is sent. */
export interface LocatedFile extends OutgoingAttachment {
  /** Whether the network has it in the form that it has for files. */
  readonly isWhole: boolean;
}

/** What is sent as one message; the id is new. */
export type Part = (id: string) => Stanza;

/** In order: the text, then the files. The first is the answer; each takes the place of an old one. */
export function partsOf(
  address: Address,
  content: Pick<OutgoingContent, "rendered"> & {
    readonly files: readonly LocatedFile[];
    readonly kind: "message" | "action";
    readonly reply: Reply;
    readonly old?: readonly { readonly sentId: string }[];
  },
): readonly Part[] {
  const { rendered, files, kind, reply, old = [] } = content;
  const more = (index: number) => ({ ...(index === 0 && reply), replaces: old[index]?.sentId });
  const texts = rendered === undefined ? 0 : 1;
  const fileParts = files.map((file, index) => (id: string) => {
    const about = { id, ...more(texts + index) };
    if (file.url !== "") return fileStanza(address, { ...file, ...about });
    const name = blockToBody(text(file.name || "a file"));
    return textStanza(address, { ...about, kind: "message", rendered: name });
  });
  if (rendered === undefined) return fileParts;
  return [(id) => textStanza(address, { id, kind, rendered, ...more(0) }), ...fileParts];
}

export function degradedOf(
  { degraded }: OutgoingContent,
  files: readonly LocatedFile[],
): readonly Feature[] {
  const isLost = files.some(({ isWhole }) => !isWhole) && !degraded.includes("attachment");
  return isLost ? [...degraded, "attachment"] : degraded;
}

function hasSource({ url, corePath }: { url: string; corePath: string }): boolean {
  return url !== "" || corePath !== "";
}

/** A nick in a text notifies its owner. By the address in the room, or the account that it shows. */
function nickOf(userId: string, room: RoomView | undefined): string | undefined {
  if (room === undefined) return undefined;
  if (userId.startsWith(`${room.address}/`)) {
    return room.occupant(userId.slice(room.address.length + 1))?.nick;
  }
  return room.occupants().find(({ account }) => account === userId)?.nick;
}

/** What the bot asks of rooms besides messages: what they can do, and to open one that it has made. */
import type { Log } from "@seabird-chat/sdk/backend";
import type { StanzaSender } from "./connection/hooks.ts";
import { NS, xml } from "./stanza.ts";
import type { Room } from "./state/room.ts";
import { readRoomInfo } from "./state/room-info.ts";

/** Milliseconds that an answer may take. */
const ANSWER_WITHIN_MS = 20_000;

/** XEP-0045, 6.4. Resolves with whether anything is new; a room that does not answer stays as it was. */
export async function askInfo(room: Room, sender: StanzaSender, log: Log): Promise<boolean> {
  const query = xml("query", { xmlns: NS.discoInfo });
  const iq = xml("iq", { type: "get", to: room.address }, query);
  try {
    const answer = await sender.request(iq, AbortSignal.timeout(ANSWER_WITHIN_MS));
    const { name, features } = readRoomInfo(answer);
    const isNew = name !== room.name || features.symmetricDifference(room.features).size > 0;
    Object.assign(room, { name, features });
    return isNew;
  } catch (reason) {
    log.debug({ room: room.address, reason }, "the room says nothing of itself");
    return false;
  }
}

/** A room that did not exist is locked until its owner accepts how it is set (XEP-0045, 10.1.2). */
export async function unlock({ address }: Room, sender: StanzaSender, log: Log): Promise<void> {
  const form = xml("x", { xmlns: "jabber:x:data", type: "submit" });
  const query = xml("query", { xmlns: NS.mucOwner }, form);
  const iq = xml("iq", { type: "set", to: address }, query);
  try {
    await sender.request(iq, AbortSignal.timeout(ANSWER_WITHIN_MS));
    log.info({ room: address }, "there was no such room: the bot has made it");
  } catch (reason) {
    log.warn({ room: address, reason }, "the room that the bot has made stays locked");
  }
}

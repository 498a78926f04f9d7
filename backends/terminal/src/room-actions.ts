/** Rooms are opened, closed and named, by people and by plugins. */
import { type BackendChannel, Refused } from "@seabird-chat/sdk/backend";
import type { Chat } from "./chat.ts";
import { noRoom } from "./outbound.ts";
import { MAX_ROOMS } from "./rooms.ts";
import { isName } from "./settings.ts";

export class RoomActions {
  readonly #chat: Chat;
  readonly #onChange: () => void;

  /** `onChange` is called when a plugin has changed which room is shown. */
  constructor(chat: Chat, onChange: () => void) {
    this.#chat = chat;
    this.#onChange = onChange;
  }

  joinAsked(name: string): BackendChannel {
    const { rooms, host } = this.#chat;
    if (!isName(name)) throw new Refused("that is no room's name");
    if (!rooms.add(name)) throw new Refused(`there are ${MAX_ROOMS} rooms already`);
    this.#note(`${host.config.nick} opened the room ${name}; /join ${name} shows it`);
    this.#onChange();
    return { id: name, topic: rooms.topic(name) };
  }

  leaveAsked(name: string, reason: string): void {
    if (!this.#exit(name)) throw new Refused(noRoom(name));
    if (reason !== "") this.#note(`${this.#chat.host.config.nick} says: ${reason}`);
    this.#onChange();
  }

  topicAsked(name: string, topic: string): void {
    const { rooms } = this.#chat;
    if (!rooms.has(name)) throw new Refused(noRoom(name));
    rooms.setTopic(name, topic);
    this.#note(`the topic of ${name} is now: ${topic}`);
  }

  /** Opens it if need be, and shows it. False if there are too many. */
  enter(name: string): boolean {
    const { rooms, host } = this.#chat;
    const isNew = !rooms.has(name);
    if (!rooms.add(name)) {
      this.#note(`you are in ${MAX_ROOMS} rooms; /leave one first`);
      return false;
    }
    rooms.show(name);
    if (isNew) host.channels.joined({ id: name });
    return true;
  }

  join(name: string): boolean {
    if (!this.enter(name)) return false;
    this.#note(`you are now in ${name}`);
    return true;
  }

  leave(name: string): void {
    if (this.#exit(name)) this.#chat.host.channels.left(name);
    else this.#note(`you are not in ${name}`);
  }

  /** Empty: shows it. */
  topic(name: string, topic: string): void {
    const { rooms, host } = this.#chat;
    if (topic === "") {
      this.#note(`the topic of ${name} is: ${rooms.topic(name) || "none"}`);
      return;
    }
    rooms.setTopic(name, topic);
    host.channels.changed({ id: name, topic });
    this.#note(`the topic of ${name} is now: ${topic}`);
  }

  list(): void {
    this.#note(`rooms: ${this.#chat.rooms.names.join(" ") || "none"}`);
  }

  #exit(name: string): boolean {
    const { rooms, people } = this.#chat;
    if (!rooms.has(name)) return false;
    rooms.remove(name);
    people.closed(name);
    this.#note(`you left ${name}`);
    return true;
  }

  #note(line: string): void {
    this.#chat.display.note(line);
  }
}

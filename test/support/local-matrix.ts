/** Matrix on this machine: Synapse, and matrix-nio as the person. */
import type { HeardMessage, LocalNetwork } from "./local-network.ts";
import { matrixChannelPerson } from "./matrix-channel-person.ts";
import { MatrixPerson } from "./matrix-person.ts";
import type { TestScope } from "./servers.ts";
import { type Json, needSynapse } from "./synapse.ts";
import { TcpProxy } from "./tcp-proxy.ts";

const ALIAS = "tea";

/** Undefined after telling the test to skip. */
export async function startLocalMatrix(t: TestScope): Promise<LocalNetwork | undefined> {
  const server = await needSynapse(t);
  if (server === undefined) return undefined;
  const link = await TcpProxy.start(Number(new URL(server.url).port), t);
  const [bot, ann] = [await server.register("seabird"), await server.register("ann")];
  const { room_id: room } = await server.call(ann, "POST", "v3/createRoom", {
    preset: "public_chat",
    room_alias_name: ALIAS,
  });
  const person = await MatrixPerson.join(server, ann);
  t.after(() => person[Symbol.asyncDispose]());
  const login = { authorization: `Bearer ${ann.accessToken}` };
  const heard = new HeardEvents(person, bot.userId);
  let lastSaid = "";
  /** By message and emoji: the reactions, which are taken back by redacting them. */
  const reactions = new Map<string, string>();
  return {
    type: "matrix",
    settings: {
      homeserver: `http://127.0.0.1:${link.port}`,
      user: bot.userId,
      password: bot.password,
      channels: [`#${ALIAS}:${server.serverName}`],
    },
    channel: `#${ALIAS}:${server.serverName}`,
    link,
    person: matrixChannelPerson({ server, account: ann, person, room, bot: bot.userId }),
    keepsMessages: true,
    async say(text) {
      lastSaid = await person.say(room, text);
    },
    async edit(text) {
      const content = {
        ...{ msgtype: "m.text", body: `* ${text}` },
        "m.new_content": { msgtype: "m.text", body: text },
        "m.relates_to": { rel_type: "m.replace", event_id: lastSaid },
      };
      await person.call("send", { room, content });
    },
    async react(id, emoji, { removed } = { removed: false }) {
      const key = `${id} ${emoji}`;
      if (removed) {
        await person.call("room_redact", { room_id: room, event_id: reactions.get(key) ?? "" });
        return;
      }
      const relation = { rel_type: "m.annotation", event_id: id, key: emoji };
      const sent = await person.call("room_send", {
        room_id: room,
        message_type: "m.reaction",
        content: { "m.relates_to": relation },
      });
      reactions.set(key, sent.event_id);
    },
    async post(name, bytes) {
      const upload = await fetch(`${server.url}/_matrix/media/v3/upload?filename=${name}`, {
        method: "POST",
        headers: { ...login, "content-type": "image/png" },
        body: bytes,
      });
      const { content_uri: url } = (await upload.json()) as Json;
      const info = { mimetype: "image/png", size: bytes.length };
      const content = { msgtype: "m.image", body: name, url, info };
      await person.call("send", { room, content });
    },
    open({ files: [uri = ""] = [] }) {
      const path = uri.replace("mxc://", "/_matrix/client/v1/media/download/");
      return fetch(server.url + path, { headers: login });
    },
    heard: (from) => heard.from(from),
  };
}

/** Each event is read once. */
class HeardEvents {
  readonly #person: MatrixPerson;
  readonly #bot: string;
  readonly #heard: HeardMessage[] = [];
  #read = 0;

  constructor(person: MatrixPerson, bot: string) {
    this.#person = person;
    this.#bot = bot;
  }

  from(index: number): readonly HeardMessage[] {
    for (; this.#read < this.#person.heard.length; this.#read++) {
      const event = this.#person.heard[this.#read];
      if (event.type !== "m.room.message" || event.sender !== this.#bot) continue;
      this.#heard.push(toHeard(event));
    }
    return this.#heard.slice(index);
  }
}

function toHeard({ event_id: id, content }: Json): HeardMessage {
  const relation = content["m.relates_to"];
  if (relation?.rel_type === "m.replace") {
    return { id, text: content["m.new_content"]?.body ?? "", edits: relation.event_id };
  }
  const files = content.url === undefined ? {} : { files: [content.url] };
  return { id, text: content.body ?? "", ...files };
}

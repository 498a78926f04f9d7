/** A person in a room on Matrix: matrix-nio, whose events are shown with their HTML. */
import type { ChannelPerson, Seen } from "./channel-person.ts";
import type { MatrixPerson } from "./matrix-person.ts";
import type { Json, MatrixAccount, Synapse } from "./synapse.ts";

export interface MatrixChannelPersonDeps {
  readonly server: Synapse;
  readonly account: MatrixAccount;
  readonly person: MatrixPerson;
  readonly room: string;
  /** The bot's user id. */
  readonly bot: string;
}

export function matrixChannelPerson(deps: MatrixChannelPersonDeps): ChannelPerson {
  const { server, account, person, room, bot } = deps;
  const seen = new SeenEvents(deps);
  /** By message and emoji: the reaction, which is redacted to take it back. */
  const reactions = new Map<string, string>();
  let direct: Promise<Json> | undefined;
  const send = (content: object, type = "m.room.message") =>
    person.call("send", { room, type, content });
  const text = (body: string) => ({ msgtype: "m.text", body });
  const html = (body: string, formatted: string) => ({
    ...text(body),
    ...{ format: "org.matrix.custom.html", formatted_body: formatted },
  });
  return {
    seen: () => seen.all(),
    say: (body) => send(text(body)),
    act: (body) => send({ msgtype: "m.emote", body }),
    format: ([bold, italics, struck, code]) =>
      send(
        html(
          `**${bold}** *${italics}* ~~${struck}~~ \`${code}\``,
          `<strong>${bold}</strong> <em>${italics}</em> <del>${struck}</del> <code>${code}</code>`,
        ),
      ),
    reply: (id, body) =>
      send({ ...text(body), "m.relates_to": { "m.in_reply_to": { event_id: id } } }),
    edit: (id, body) =>
      send({
        ...text(`* ${body}`),
        "m.new_content": text(body),
        "m.relates_to": { rel_type: "m.replace", event_id: id },
      }),
    remove: (id) => person.call("room_redact", { room_id: room, event_id: id }),
    async react(id, emoji, removed) {
      const key = `${id} ${emoji}`;
      if (removed) {
        await person.call("room_redact", { room_id: room, event_id: reactions.get(key) });
        return;
      }
      const relation = { rel_type: "m.annotation", event_id: id, key: emoji };
      reactions.set(key, (await send({ "m.relates_to": relation }, "m.reaction")).event_id);
    },
    sayInThread: (id, body) =>
      send({
        ...text(body),
        "m.relates_to": {
          ...{ rel_type: "m.thread", event_id: id, is_falling_back: true },
          "m.in_reply_to": { event_id: id },
        },
      }),
    mentionAnn: (body) =>
      send({
        ...html(`ann: ${body}`, `<a href="https://matrix.to/#/${account.userId}">ann</a>: ${body}`),
        "m.mentions": { user_ids: [account.userId] },
      }),
    async type() {
      // The server tells only of changes.
      await person.call("room_typing", { room_id: room, typing_state: false });
      await person.call("room_typing", { room_id: room });
    },
    async whisper(body) {
      direct ??= server.call(account, "POST", "v3/createRoom", {
        ...{ preset: "trusted_private_chat", is_direct: true, invite: [bot] },
      });
      await person.call("send", { room: (await direct).room_id, content: text(body) });
    },
    setTopic: (topic) => server.call(account, "PUT", stateOf(room, "m.room.topic"), { topic }),
    async shareTopic() {
      const levels = await server.call(account, "GET", stateOf(room, "m.room.power_levels"));
      const events = { ...levels.events, "m.room.topic": 0 };
      const all = { ...levels, events };
      await server.call(account, "PUT", stateOf(room, "m.room.power_levels"), all);
    },
    async bringBob() {
      const bob = await server.register("bob");
      await server.call(bob, "POST", `v3/join/${encodeURIComponent(room)}`, {});
    },
  };
}

function stateOf(room: string, type: string): string {
  return `v3/rooms/${encodeURIComponent(room)}/state/${type}`;
}

/** Each event is read once. */
class SeenEvents {
  readonly #deps: MatrixChannelPersonDeps;
  readonly #seen: Seen[] = [];
  readonly #reactions = new Map<string, Pick<Seen, "target" | "text">>();
  #isTyping = false;
  #read = 0;

  constructor(deps: MatrixChannelPersonDeps) {
    this.#deps = deps;
  }

  all(): readonly Seen[] {
    const { person, room, bot } = this.#deps;
    for (; this.#read < person.heard.length; this.#read++) {
      const event = person.heard[this.#read];
      if (event.room_id !== room) continue;
      const seen = this.#toSeen(event);
      if (seen !== undefined) this.#seen.push({ isBot: event.sender === bot, ...seen });
      if (event.type === "m.typing") this.#typing(event.content.user_ids.includes(bot));
    }
    return this.#seen;
  }

  /** The event names all who type, whenever somebody begins or ends. */
  #typing(isTyping: boolean): void {
    const isNew = isTyping && !this.#isTyping;
    this.#isTyping = isTyping;
    if (isNew) this.#seen.push({ isBot: true, does: "types", id: "", text: "" });
  }

  #toSeen({ type, event_id: id, content, redacts }: Json): Omit<Seen, "isBot"> | undefined {
    const relation = content["m.relates_to"];
    if (type === "m.room.topic") return { does: "sets the topic", id: "", text: content.topic };
    if (type === "m.reaction") {
      const reaction = { target: relation.event_id, text: relation.key };
      this.#reactions.set(id, reaction);
      return { does: "reacts", id, ...reaction };
    }
    if (type === "m.room.redaction") {
      const target = redacts ?? content.redacts;
      const reaction = this.#reactions.get(target);
      if (reaction !== undefined) return { does: "takes back", id: "", ...reaction };
      return { does: "deletes", id: "", text: "", target };
    }
    if (type !== "m.room.message") return undefined;
    if (relation?.rel_type === "m.replace") {
      const text = shownText(content["m.new_content"]);
      return { does: "edits", id, text, target: relation.event_id };
    }
    const isThread = relation?.rel_type === "m.thread";
    const answered = relation?.is_falling_back ? undefined : relation?.["m.in_reply_to"]?.event_id;
    return {
      does: content.msgtype === "m.emote" ? "acts" : "says",
      ...{ id, text: shownText(content) },
      ...(answered !== undefined && { target: answered }),
      ...(isThread && { thread: relation.event_id }),
    };
  }
}

/** Whom it notifies is shown too, since none may be. */
function shownText(content: Json): string {
  const { body = "", formatted_body: formatted, "m.mentions": mentions = {} } = content;
  const notified = [...(mentions.user_ids ?? []), ...(mentions.room ? ["everybody"] : [])];
  return `${formatted ?? body}${notified.length > 0 ? ` (notifies ${notified})` : ""}`;
}

/** Matrix for the contract: Synapse, and a person whose client is matrix-nio. */
import { dirname } from "node:path";
import {
  blockquote,
  bold,
  container,
  fencedCode,
  heading,
  inlineCode,
  italics,
  link,
  list,
  spoiler,
  strikethrough,
  text,
  underline,
} from "@seabird-chat/protocol";
import { backendbed, type ContractNetwork, type ContractPerson } from "@seabird-chat/testkit";
import { matrixBackend } from "../../backends/matrix/src/backend.ts";
import { MatrixPerson } from "../support/matrix-person.ts";
import { needPrograms } from "../support/servers.ts";
import { type Json, type MatrixAccount, type Synapse, startSynapse } from "../support/synapse.ts";
import type { ContractServer } from "./contract-server.ts";

interface Stage {
  readonly server: Synapse;
  readonly account: MatrixAccount;
  readonly alice: MatrixPerson;
}

/** One server and one person for all cases; each case has a bot and rooms of its own. */
export function matrixServer(): ContractServer {
  let stage: Stage | undefined;
  let cases = 0;
  return {
    async start(t) {
      const programs = needPrograms(t, "synapse");
      if (programs === undefined) return undefined;
      stage ??= await openStage(programs.synapse);
      cases++;
      return await enterNetwork(stage, cases);
    },
    async close() {
      await stage?.alice[Symbol.asyncDispose]();
      await stage?.server.close();
    },
  };
}

async function openStage(program: string): Promise<Stage> {
  const server = await startSynapse(dirname(program));
  try {
    const account = await server.register("alice");
    return { server, account, alice: await MatrixPerson.join(server, account) };
  } catch (reason) {
    await server.close();
    throw reason;
  }
}

async function enterNetwork(
  { server, account, alice }: Stage,
  number: number,
): Promise<ContractNetwork> {
  const self = `bot${number}`;
  const bot = await server.register(self);
  const channel = `#test${number}:${server.serverName}`;
  const room = await openRoom({ server, account }, channel);
  const joinable = await openRoom({ server, account }, `#other${number}:${server.serverName}`);
  const roomOf = (id: string) => (id === channel ? room : id);
  const watcher = new BotWatcher({ server, account, alice }, bot.userId);
  const send = (target: string, content: object, type = "m.room.message") =>
    alice.call("send", { room: target, type, content });
  const say = (target: string, line: string) => send(target, watcher.repeat(line));
  let private_: Promise<string> | undefined;
  // As Element does: the first message does not wait for the other to come.
  const privateRoom = () => {
    private_ ??= createRoom({ server, account }, { is_direct: true, invite: [bot.userId] });
    return private_;
  };
  const reactions = new Map<string, string>();
  const emote = (line: string) => ({ msgtype: "m.emote", body: line });
  const relation = (type: string, id: string) => ({ rel_type: type, event_id: id });
  const person: ContractPerson = {
    id: alice.userId,
    say: async (id, line) => void (await say(roomOf(id), line)),
    act: async (id, line) => void (await send(roomOf(id), emote(line))),
    whisper: async (line) => void (await say(await privateRoom(), line)),
    whisperAction: async (line) => void (await send(await privateRoom(), emote(line))),
    async reply(id, answered, line) {
      const related = { "m.in_reply_to": { event_id: answered } };
      await send(roomOf(id), { ...plain(line), "m.relates_to": related });
    },
    async edit(id, edited, line) {
      const related = { "m.relates_to": relation("m.replace", edited) };
      await send(roomOf(id), { ...plain(`* ${line}`), "m.new_content": plain(line), ...related });
    },
    async delete(id, deleted) {
      await alice.call("room_redact", { room_id: roomOf(id), event_id: deleted });
    },
    async react(id, reacted, emoji, removed) {
      const key = `${reacted} ${emoji}`;
      if (removed) {
        await alice.call("room_redact", { room_id: roomOf(id), event_id: reactions.get(key) });
        return;
      }
      const content = { "m.relates_to": { ...relation("m.annotation", reacted), key: emoji } };
      reactions.set(key, (await send(roomOf(id), content, "m.reaction")).event_id);
    },
    type: async (id) => void (await alice.call("room_typing", { room_id: roomOf(id) })),
    async comeAgain(id) {
      await alice.call("room_leave", { room_id: roomOf(id) });
      await alice.call("join", { room_id: roomOf(id) });
    },
    async postFile(id, { name, bytes }) {
      const url = await upload({ server, account }, bytes);
      const info = { mimetype: "text/plain", size: bytes.length };
      await send(roomOf(id), { msgtype: "m.file", body: name, filename: name, url, info });
    },
    seen: (id) => watcher.seen(roomOf(id)),
    seenInPrivate: () => watcher.seenElsewhere([room, joinable]),
    seenEdits: (id) => watcher.edits(roomOf(id)),
    seenDeletions: (id) => watcher.redactions(roomOf(id)),
    seenReactions: (id) => watcher.reactions(roomOf(id)),
    seenFiles: (id) => watcher.files(roomOf(id)),
  };
  return {
    start: (options) =>
      backendbed({
        ...options,
        backend: matrixBackend,
        config: {
          homeserver: server.url,
          access_token: bot.accessToken,
          channels: [channel],
          accept_invites_from: [alice.userId],
        },
      }),
    self,
    channel,
    unknownChannel: `#nowhere:${server.serverName}`,
    joinable,
    person,
    async topic(id) {
      const path = `v3/rooms/${encodeURIComponent(roomOf(id))}/state/m.room.topic`;
      return (await server.call(account, "GET", path)).topic;
    },
    roundTrips: [
      text`plain and ${bold("bold")} text`,
      container([italics("one"), " ", strikethrough("two"), " three"]),
      text`${bold(italics("both"))} and ${inlineCode("a < b && c")}`,
      text`see ${link("https://example.org/?a=1&b=2", "this")}, ${underline("or")} ${spoiler("not")}`,
      container([
        heading("News", 2),
        "\n",
        blockquote("said before"),
        "\n",
        fencedCode("a < b\n  c", "js"),
      ]),
      list(["one", text`${bold("two")}`], { ordered: true }),
    ],
    outage: {
      begin: () => server.stop(),
      end: () => server.start(),
    },
    close: () => undefined,
  };
}

type Caller = Pick<Stage, "server" | "account">;

/** A room that everybody may join, and where everybody may set the topic. */
async function openRoom(caller: Caller, alias: string): Promise<string> {
  const [name] = alias.slice(1).split(":");
  return await createRoom(caller, {
    preset: "public_chat",
    room_alias_name: name,
    power_level_content_override: { events: { "m.room.topic": 0 } },
  });
}

async function createRoom({ server, account }: Caller, room: object): Promise<string> {
  return (await server.call(account, "POST", "v3/createRoom", room)).room_id;
}

async function upload({ server, account }: Caller, bytes: Uint8Array): Promise<string> {
  const answer = await fetch(`${server.url}/_matrix/media/v3/upload`, {
    method: "POST",
    headers: { authorization: `Bearer ${account.accessToken}`, "content-type": "text/plain" },
    body: Uint8Array.from(bytes),
  });
  const { content_uri } = (await answer.json()) as Json;
  return content_uri;
}

function plain(body: string) {
  return { msgtype: "m.text", body };
}

const MEDIA = ["m.file", "m.image", "m.audio", "m.video"];

/** What the person's client got of the bot. */
class BotWatcher {
  readonly #stage: Stage;
  readonly #bot: string;
  readonly #files = new Map<string, Uint8Array | undefined>();

  constructor(stage: Stage, bot: string) {
    this.#stage = stage;
    this.#bot = bot;
  }

  /** As content: formatted if the bot said it so. */
  repeat(line: string): object {
    const said = this.#of("m.room.message").find(
      ({ content }) => content.formatted_body === line,
    )?.content;
    if (said === undefined) return plain(line);
    const { body, format, formatted_body } = said;
    return { msgtype: "m.text", body, format, formatted_body };
  }

  seen(room: string): string[] {
    return this.#messages(room).map(shown);
  }

  seenElsewhere(rooms: readonly string[]): string[] {
    return this.#of("m.room.message")
      .filter(({ room_id }) => !rooms.includes(room_id))
      .map(shown);
  }

  edits(room: string) {
    return this.#of("m.room.message", room).flatMap(({ content }) =>
      isEdit(content)
        ? [{ id: content["m.relates_to"].event_id, text: content["m.new_content"].body }]
        : [],
    );
  }

  redactions(room: string): string[] {
    return this.#of("m.room.redaction", room).map(redacted);
  }

  reactions(room: string) {
    const gone = new Set(this.redactions(room));
    return this.#of("m.reaction", room).flatMap(({ event_id, content }) => {
      const { event_id: id, key: emoji } = content["m.relates_to"] ?? {};
      return gone.has(event_id) || id === undefined ? [] : [{ id, emoji }];
    });
  }

  /** Those that have been downloaded so far; begins with the others. */
  files(room: string): Uint8Array[] {
    const urls = this.#messages(room).flatMap(({ content }) =>
      MEDIA.includes(content.msgtype) ? [content.url as string] : [],
    );
    for (const url of urls.filter((each) => !this.#files.has(each))) void this.#download(url);
    return urls.flatMap((url) => this.#files.get(url) ?? []);
  }

  async #download(url: string): Promise<void> {
    this.#files.set(url, undefined);
    const { server, account } = this.#stage;
    const path = `_matrix/client/v1/media/download/${url.slice("mxc://".length)}`;
    const headers = { authorization: `Bearer ${account.accessToken}` };
    const answer = await fetch(`${server.url}/${path}`, { headers });
    if (answer.ok) this.#files.set(url, await answer.bytes());
  }

  #messages(room: string): Json[] {
    return this.#of("m.room.message", room).filter(({ content }) => !isEdit(content));
  }

  #of(type: string, room?: string): Json[] {
    return this.#stage.alice.heard.filter(
      (event) =>
        event.type === type &&
        event.sender === this.#bot &&
        (room === undefined || event.room_id === room),
    );
  }
}

function isEdit(content: Json): boolean {
  return content["m.relates_to"]?.rel_type === "m.replace";
}

/** Since room version 11 it stands in the content. */
function redacted(event: Json): string {
  return event.content.redacts ?? event.redacts;
}

function shown({ content }: Json): string {
  return content.formatted_body ?? content.body ?? "";
}

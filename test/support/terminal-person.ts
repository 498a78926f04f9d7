/** A person in the terminal's room, on a pipe: `seabird backend terminal`, beside what else runs. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import type { ChannelPerson, Seen } from "./channel-person.ts";
import { cleanEnv, SEABIRD } from "./checkout.ts";
import { waitFor } from "./irc-wait.ts";

/** The id of its backend. */
export const TERMINAL_ID = "terminal";
const ROOM = "#terminal";
export const TERMINAL_CHANNEL = `terminal://${TERMINAL_ID}/${ROOM}`;
const BOT = "seabird";
const PEOPLE: readonly string[] = ["ann", "bob"];

export interface TerminalPersonOptions {
  /** Core's. */
  readonly url: string;
  /** With the scope `backend:terminal/terminal`. */
  readonly token: string;
}

export class TerminalPerson implements ChannelPerson, AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #seen: Seen[] = [];
  /** Of the message that is about to be shown. */
  #quoted: string | undefined;
  /** Which the person has set. */
  readonly #topics = new Set<string>();
  #unfinished = "";
  #shown = "";

  private constructor({ url, token }: TerminalPersonOptions) {
    const env = { ...cleanEnv(), SEABIRD_HOST: url, SEABIRD_TOKEN: token, TERMINAL_USER: "ann" };
    const args = [SEABIRD, "backend", "terminal", "--id", TERMINAL_ID];
    args.push("--channel", ROOM, "--nick", BOT);
    this.#child = spawn(process.execPath, args, { cwd: tmpdir(), env, stdio: "pipe" });
    this.#child.stdin?.on("error", () => undefined);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => (this.#shown += text));
    }
    this.#child.stdout?.on("data", (text: string) => this.#read(text));
  }

  /** In the room, with the numbers of messages shown. */
  static async enter(options: TerminalPersonOptions): Promise<TerminalPerson> {
    const person = new TerminalPerson(options);
    await person.#types("/ids on", "here I am");
    await waitFor(
      () => `the terminal's room; it shows ${person.#shown}`,
      () => person.#seen.length > 0,
    );
    return person;
  }

  seen(): readonly Seen[] {
    return this.#seen;
  }

  say(text: string): Promise<void> {
    return this.#types(text);
  }

  act(text: string): Promise<void> {
    return this.#types(`/me ${text}`);
  }

  reply(id: string, text: string): Promise<void> {
    return this.#types(`/reply ${id} ${text}`);
  }

  edit(id: string, text: string): Promise<void> {
    return this.#types(`/edit ${id} ${text}`);
  }

  remove(id: string): Promise<void> {
    return this.#types(`/delete ${id}`);
  }

  react(id: string, emoji: string, removed: boolean): Promise<void> {
    return this.#types(`/${removed ? "un" : ""}react ${id} ${emoji}`);
  }

  mentionAnn(text: string): Promise<void> {
    return this.#types(`@ann: ${text}`);
  }

  type(): Promise<void> {
    return this.#types("/typing");
  }

  whisper(text: string): Promise<void> {
    return this.#types(`/msg ${text}`);
  }

  setTopic(topic: string): Promise<void> {
    this.#topics.add(topic);
    return this.#types(`/topic ${topic}`);
  }

  async shareTopic(): Promise<void> {
    // The bot may do everything here.
  }

  bringBob(): Promise<void> {
    return this.#types(`/as bob /join ${ROOM}`);
  }

  /** May be called twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }

  async #types(...lines: readonly string[]): Promise<void> {
    this.#child.stdin?.write(lines.map((line) => `${line}\n`).join(""));
  }

  #read(text: string): void {
    const lines = (this.#unfinished + text).split("\n");
    this.#unfinished = lines.pop() ?? "";
    for (const line of lines) this.#readLine(line);
  }

  #readLine(line: string): void {
    const last = this.#seen.at(-1);
    if (line.startsWith("▎ ")) this.#quoted = line.slice("▎ ".length);
    else if (line.startsWith("  ") && last !== undefined) {
      this.#seen[this.#seen.length - 1] = { ...last, text: `${last.text}\n${line.slice(2)}` };
    } else {
      const seen = toSeen(line);
      if (seen === undefined) return;
      const target = this.#quoted ?? seen.target;
      this.#quoted = undefined;
      const isOwnTopic = seen.does === "sets the topic" && this.#topics.has(seen.text);
      this.#seen.push({ ...seen, isBot: seen.isBot && !isOwnTopic, target });
    }
  }
}

/** What a line of the transcript is. */
const LINES: readonly (readonly [
  line: RegExp,
  toSeen: (...groups: readonly string[]) => Seen | undefined,
])[] = [
  [/^(\d+) <([^>]*)> (.*)$/, (id = "", name = "", text = "") => said("says", id, name, text)],
  [
    /^(\d+) \* ([^\s(]+(?: \([^)]*\))?) (.*)$/,
    (id = "", name = "", text = "") => said("acts", id, name, text),
  ],
  [
    /^\* edited: (\d+) <([^>]*)> (.*)$/,
    (target = "", name = "", text = "") => ({ ...said("edits", "", name, text), target }),
  ],
  [
    /^\* deleted by (\S+): (\d+) /,
    (name = "", target = "") => ({ ...by(name), does: "deletes", id: "", text: "", target }),
  ],
  [
    /^\* (\S+) (reacted|took back) (\S+): (\d+) /,
    (name = "", does = "", text = "", target = "") => ({
      ...by(name),
      ...{ does: does === "reacted" ? "reacts" : "takes back", id: "", text, target },
    }),
  ],
  [/^-- (\S+) is typing$/, (name = "") => ({ ...by(name), does: "types", id: "", text: "" })],
  [
    /^-- the topic of \S+ is now: (.*)$/,
    (text = "") => ({ isBot: true, does: "sets the topic", id: "", text }),
  ],
];

function toSeen(line: string): Seen | undefined {
  for (const [pattern, read] of LINES) {
    const [whole, ...groups] = pattern.exec(line) ?? [];
    if (whole !== undefined) return read(...groups);
  }
  return undefined;
}

function by(name: string): Pick<Seen, "isBot"> {
  return { isBot: !PEOPLE.includes(name) };
}

function said(does: Seen["does"], id: string, name: string, text: string): Seen {
  const isPersona = name !== BOT && !PEOPLE.includes(name);
  return { ...by(name), does, id, text, ...(isPersona && { persona: name }) };
}

/** One link between inspircd, ngircd, Matrix, XMPP and the terminal, and what arrives on its sides. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Step } from "./bridge-pair-steps.ts";
import { type ChannelPerson, describe, type Seen } from "./channel-person.ts";
import { waitFor } from "./irc-wait.ts";
import { startLocalIrc, startLocalNgircd } from "./local-irc.ts";
import { startLocalMatrix } from "./local-matrix.ts";
import { startLocalXmpp } from "./local-xmpp.ts";
import { channelIdOf, type NetworksProject, startNetworksProject } from "./networks-project.ts";
import type { TestScope } from "./servers.ts";
import { TERMINAL_CHANNEL, TERMINAL_ID, TerminalPerson } from "./terminal-person.ts";

export type SideName = "inspircd" | "ngircd" | "matrix" | "xmpp" | "terminal";

export interface Side {
  /** Also the id of its backend. */
  readonly name: SideName;
  readonly person: ChannelPerson;
}

/** What has not arrived by then is missing. */
const STEP_MS = 15_000;

/** What has arrived, by side. */
export type Arrived = Readonly<Record<string, readonly string[]>>;

/** Undefined after telling the test to skip. */
export async function startBridgeSides(t: TestScope): Promise<BridgeSides | undefined> {
  const started = await Promise.all([
    startLocalIrc(t),
    startLocalNgircd(t),
    startLocalMatrix(t),
    startLocalXmpp(t),
  ]);
  const [inspircd, ngircd, matrix, xmpp] = started;
  if (!inspircd || !ngircd || !matrix || !xmpp) return undefined;
  const named = { inspircd, ngircd, matrix, xmpp };
  const networks = Object.entries(named).map(([id, network]) => ({ ...network, id }));
  const channels = [...networks.map(channelIdOf), TERMINAL_CHANNEL];
  // More happens here in a second than in any room of people.
  const bridge = { links: { tea: channels }, max_link_rate: 100_000 };
  const running = await startNetworksProject(t, networks, { plugins: { bridge, ping: {} } });
  const args = ["token", "create", "room", "--scope", `backend:terminal/${TERMINAL_ID}`];
  const { out } = await running.project.cli(args);
  const terminal = await TerminalPerson.enter({ url: running.url, token: out.trim() });
  t.after(() => terminal[Symbol.asyncDispose]());
  const sides = networks.map(({ id, person }) => ({ name: id as SideName, person }));
  const stage = new BridgeSides([...sides, { name: "terminal", person: terminal }], running);
  await stage.open();
  return stage;
}

export class BridgeSides {
  readonly sides: readonly Side[];
  readonly #project: NetworksProject["project"];
  /** By side: how much was looked at. */
  readonly #read = new Map<Side, number>();
  #fences = 0;

  constructor(sides: readonly Side[], { project }: NetworksProject) {
    this.sides = sides;
    this.#project = project;
  }

  async open(): Promise<void> {
    for (const { person } of this.sides) await person.shareTopic();
    for (const side of this.sides) await this.#fence(side);
    this.#markRead();
  }

  side(name: SideName): Side {
    const side = this.sides.find((each) => each.name === name);
    if (side === undefined) throw new Error(`there is no side ${name}`);
    return side;
  }

  /** What the sides show because of these steps, and of nothing else; and what they should. */
  async play(here: Side, steps: readonly Step[]): Promise<{ shown: Arrived; expected: Arrived }> {
    const expected = new Map(this.sides.map((side) => [side, [] as string[]]));
    for (const { act, arrives } of steps) {
      await act();
      for (const side of this.sides) {
        const all = expected.get(side) ?? [];
        all.push(...arrives(side));
        await waitFor(
          () => `${JSON.stringify(all)} on ${side.name}: ${JSON.stringify(this.#shown(side))}`,
          () => this.#shown(side).length >= all.length,
          STEP_MS,
        ).catch(() => undefined);
      }
    }
    const fence = await this.#fence(here);
    const shown = this.sides.map((side) => [
      side.name,
      this.#shown(side).filter((line) => !line.endsWith(fence)),
    ]);
    this.#markRead();
    return {
      shown: Object.fromEntries(shown),
      expected: Object.fromEntries([...expected].map(([{ name }, lines]) => [name, lines])),
    };
  }

  /** The id of a message there, or of its copy. */
  async idOn(there: Side, text: string): Promise<string> {
    return (await this.#find(there, text)).id;
  }

  /** Does it again and again until all of them show such a thing. */
  async repeatUntilShown(
    act: () => Promise<unknown> | undefined,
    sides: readonly Side[],
    does: Seen["does"],
  ): Promise<void> {
    await waitFor(`${does} on all sides`, async () => {
      await act();
      return sides.every((side) => this.#shown(side).some((line) => line.endsWith(does)));
    });
  }

  /** Settings of the bridge besides those that it began with; taken without a restart. */
  async changeSettings(changes: Readonly<Record<string, unknown>>): Promise<void> {
    const file = join(this.#project.folder, "seabird.yaml");
    const config = JSON.parse(await readFile(file, "utf8"));
    const { links, max_link_rate } = config.plugins.bridge;
    config.plugins.bridge = { links, max_link_rate, ...changes };
    await writeFile(file, JSON.stringify(config));
    const { out, code } = await this.#project.cli(["reload"]);
    assert.equal(code, 0, out);
  }

  async #find({ name, person }: Side, text: string): Promise<Seen> {
    return await waitFor(
      () => `“${text}” on ${name}, which shows ${JSON.stringify(person.seen().slice(-3))}`,
      () => person.seen().find((seen) => seen.does === "says" && seen.text.endsWith(text)),
    );
  }

  /** Of the bot, since the last look; that it types is one line, however often it is shown. */
  #shown(side: Side): readonly string[] {
    const all = side.person.seen();
    return all
      .slice(this.#read.get(side) ?? 0)
      .filter(({ isBot }) => isBot)
      .map((seen) => describe(seen, all))
      .filter((line, at, lines) => line !== "types" || lines[at - 1] !== "types");
  }

  /** Each queue keeps its order: what is shown behind this has come after all before it. */
  async #fence(here: Side): Promise<string> {
    const text = `fence ${++this.#fences}`;
    await here.person.say(text);
    for (const side of this.sides) await this.#find(side, text);
    return text;
  }

  #markRead(): void {
    for (const side of this.sides) this.#read.set(side, side.person.seen().length);
  }
}

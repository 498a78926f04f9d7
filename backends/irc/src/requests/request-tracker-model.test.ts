/**
 * RequestTracker against a model of a server: whatever is asked, whenever the server reads it and
 * whatever it then thinks of it, no answer says what is not so.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { me, settled, setUp } from "../../test/request-tracker-fixture.ts";
import type { RequestOutcome } from "./irc-request.ts";

type Mood = "open" | "closed" | "silent";

const TARGETS = ["#a", "#b", "joe"] as const;

const target = fc.constantFrom(...TARGETS);
const step = fc.oneof(
  fc.record({ do: fc.constant("ask" as const), target, lines: fc.integer({ min: 1, max: 7 }) }),
  fc.record({
    do: fc.constant("turn" as const),
    target,
    mood: fc.constantFrom<Mood>("open", "closed", "silent"),
  }),
  fc.record({ do: fc.constant("serve" as const), lines: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 3_000 }) }),
);
const steps = fc.array(step, { maxLength: 40, size: "max" });

interface Asked {
  readonly id: string;
  readonly count: number;
  readonly result: { outcome: RequestOutcome | "waiting" };
}

/** A server that reads lines in order, one step at a time. */
class Model {
  readonly stage: ReturnType<typeof setUp>;
  readonly #caps: readonly string[];
  readonly #moods = new Map<string, Mood>();
  readonly asked: Asked[] = [];
  /** The words that it passed on. */
  readonly taken = new Set<string>();
  #read = 0;

  constructor(caps: readonly string[]) {
    this.stage = setUp(...caps);
    this.#caps = caps;
  }

  ask(to: string, count: number): Asked {
    const id = `r${this.asked.length}`;
    const lines = Array.from({ length: count }, (_, index) => `PRIVMSG ${to} :${id}-${index}`);
    const asked = { id, count, result: this.stage.submit(id, { target: to, lines }) };
    this.asked.push(asked);
    return asked;
  }

  turn(to: string, mood: Mood): void {
    // Without echoes nobody can tell silence from success.
    const canTell = this.#caps.includes("echo-message");
    this.#moods.set(to, mood === "silent" && !canTell ? "closed" : mood);
  }

  /** Whether there was a line to read. */
  async serve(): Promise<boolean> {
    const line = this.stage.written[this.#read];
    if (line === undefined) return false;
    this.#read += 1;
    const [, label, rest = ""] = /^(?:\[(.*?)\] )?(.*)$/.exec(line) ?? [];
    const tag = label === undefined ? "" : `@label=${label} `;
    await this.stage.receive(...this.#answers(rest).map((each) => tag + each));
    return true;
  }

  #answers(line: string): string[] {
    const [command, to = "", words = ""] = line.split(" ");
    if (command === "PING") return [`:srv PONG srv ${to}`];
    const mood = this.#moods.get(to) ?? "open";
    if (mood === "closed") return [`:srv 404 bird ${to} :No`];
    if (mood === "open") this.taken.add(words.slice(1));
    const isEchoed = mood === "open" && this.#caps.includes("echo-message");
    if (isEchoed) return [`${me} ${line}`];
    return this.#caps.includes("labeled-response") ? [":srv ACK"] : [];
  }

  /** The answer of every request agrees with what was passed on. */
  check(): void {
    for (const { id, count, result } of this.asked) {
      const { outcome } = result;
      assert.notEqual(outcome, "waiting", id);
      const said = Array.from({ length: count }, (_, index) => this.taken.has(`${id}-${index}`));
      const told = `${this.#caps} ${id} of ${count}: ${outcome}; ${said}`;
      const total = said.filter(Boolean).length;
      if (outcome === undefined) assert.equal(total, count, told);
      else if (/^(would take|\d+ requests|not sent)/.test(outcome)) assert.equal(total, 0, told);
      else if (/^(refused after|404|the server passed)/.test(outcome)) {
        const claimed = Number(/^refused after line (\d+)/.exec(outcome)?.[1] ?? 0);
        if (this.#caps.length === 0) assert.equal(total, claimed, told);
        else
          assert.deepEqual(said.slice(0, claimed + 1), [...Array(claimed).fill(true), false], told);
      } else if (outcome.startsWith("refused somewhere in")) assert.ok(total < count, told);
      else assert.match(outcome, /^(the network did not confirm|only \d of \d lines)/);
    }
  }
}

async function play(
  model: Model,
  program: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
) {
  for (const each of program) {
    if (each.do === "ask") model.ask(each.target, each.lines);
    else if (each.do === "turn") model.turn(each.target, each.mood);
    else if (each.do === "wait") model.stage.clock.advance(each.ms);
    else for (let left = each.lines; left > 0 && (await model.serve()); left--);
  }
  // Everything is read in the end, whatever is asked meanwhile.
  for (let turn = 0; turn < 40; turn++) {
    while (await model.serve());
    model.stage.clock.advance(500);
  }
  await settled();
}

suite("against a model of a server", () => {
  for (const caps of [
    [],
    ["echo-message"],
    ["batch", "labeled-response"],
    ["batch", "labeled-response", "echo-message"],
  ]) {
    test(`no outcome is wrong: ${caps.join(", ") || "a PING"}`, async () => {
      await fc.assert(
        fc.asyncProperty(steps, async (program) => {
          const model = new Model(caps);
          await play(model, program);
          model.check();
          assert.equal(model.stage.clock.timers, 0, "a timer is left");
          // Nothing is left that could be mistaken for somebody else's.
          for (const to of TARGETS) {
            model.turn(to, "open");
            const last = model.ask(to, 1);
            while (await model.serve());
            assert.equal(last.result.outcome, undefined);
          }
        }),
        { numRuns: 300 },
      );
    });
  }
});

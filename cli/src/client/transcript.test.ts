/** What `tail` remembers of sends is bounded, and nothing is lost when a bound is reached. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PluginEvent } from "@seabird-chat/sdk";
import { Transcript } from "./transcript.ts";

const AT = new Date(0);
const CONVERSATION = { channelId: "camp://net/room" };

const send = (sequence: bigint, text: string) =>
  ({ kind: "sendMessage", ...CONVERSATION, sender: "bot", sequence, text }) as PluginEvent;
const result = (sequence: bigint, error = "") =>
  ({
    ...{ kind: "sendResult", conversation: CONVERSATION, sequence, error },
    ...{ messageIds: [], degraded: [] },
  }) as unknown as PluginEvent;

function run(awaitsResults: boolean, events: readonly PluginEvent[]): readonly string[] {
  const transcript = new Transcript({ awaitsResults });
  const shown = events.flatMap((event) => transcript.take(event, AT));
  return [...shown, ...transcript.flush()].map(({ line, about }) =>
    [line.kind, line.sender, about ?? line.text.slice(0, 2)].join(" "),
  );
}

test("with awaitsResults a send comes with its result, a refused one not, an open one last", () => {
  const events = [
    ...[send(1n, "aa"), send(2n, "bb"), send(3n, "cc"), send(4n, "dd")],
    ...[result(2n, "UNKNOWN"), result(1n), result(3n, "DEADLINE_EXCEEDED"), result(9n, "UNKNOWN")],
  ];
  assert.deepEqual(run(true, events), [
    ...["sendMessage bot aa", "sendResult bot aa", "sendMessage bot cc", "sendResult bot cc"],
    "sendMessage bot dd",
  ]);
});

test("sends that wait are bounded by number and by text: the oldest come out", () => {
  const long = (text: string) => text.repeat(600_000);
  const big = [send(1n, long("aa")), send(2n, long("bb")), send(3n, long("cc"))];
  const transcript = new Transcript({ awaitsResults: true });
  const shown = [...big, send(4n, long("dd"))].map((event) => transcript.take(event, AT).length);
  assert.deepEqual(shown, [0, 0, 0, 1]);
  const many = Array.from({ length: 1_001 }, (_, index) => send(BigInt(index), "aa"));
  const counted = new Transcript({ awaitsResults: true });
  assert.equal(many.flatMap((event) => counted.take(event, AT)).length, 1);
  assert.equal(counted.flush().length, 1_000);
});

test("what a result is about is the beginning of a long text", () => {
  const shown = run(false, [send(1n, "x".repeat(500)), result(1n)]);
  assert.deepEqual(shown, ["sendMessage bot xx", `sendResult bot ${"x".repeat(200)}`]);
});

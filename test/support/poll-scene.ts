/** The poll of `examples/poll.ts` on several networks at once: what each person's client shows of it. */
import { join } from "node:path";
import { ROOT } from "./checkout.ts";
import { waitFor } from "./irc-wait.ts";
import type { HeardMessage, LocalNetwork } from "./local-network.ts";

/** What is shown, in order. */
export interface SceneRow {
  readonly who: "ann" | "seabird";
  readonly does: "says" | "reacts" | "takes back" | "edits";
  readonly text: string;
}

export interface Scene {
  readonly type: LocalNetwork["type"];
  readonly rows: readonly SceneRow[];
}

/** For the section `plugins` of `seabird.yaml`. */
export const POLL = join(ROOT, "examples/poll.ts");

/** In the repository; `npm run pictures` draws it. */
export const POLL_PICTURE = "docs/three-networks.svg";

const QUESTION = "Tea or cake?";
const VOTES: readonly (readonly [emoji: string, removed: boolean, score: string])[] = [
  ["🍵", false, "🍵 1"],
  ["🍰", false, "🍵 1, 🍰 1"],
  ["🍰", true, "🍵 1"],
];

/** A person asks, reacts twice, and takes one back; each time the score follows. */
export async function playPoll(network: LocalNetwork): Promise<Scene> {
  const rows: SceneRow[] = [];
  let read = network.heard(0).length;
  /** The bot's next message; it has to end so. */
  const hears = async (end: string): Promise<HeardMessage> => {
    const next = await waitFor(
      () => `${network.type}: ${end}; heard ${JSON.stringify(network.heard(0).slice(-3))}`,
      () => network.heard(read)[0],
    );
    read++;
    if (!next.text.includes(QUESTION) || !next.text.endsWith(end)) {
      throw new Error(`${network.type}: ${JSON.stringify(next)}, expected … ${end}`);
    }
    const does = next.edits === undefined ? "says" : "edits";
    rows.push({ who: "seabird", does, text: next.text });
    return next;
  };
  await network.say(`!poll ${QUESTION}`);
  rows.push({ who: "ann", does: "says", text: `!poll ${QUESTION}` });
  const { id, sentId = id } = await hears("React to vote.");
  for (const [emoji, removed, score] of VOTES) {
    await network.react(id, emoji, { removed });
    rows.push({ who: "ann", does: removed ? "takes back" : "reacts", text: emoji });
    const shown = await hears(score);
    if (shown.edits !== undefined && shown.edits !== sentId) {
      throw new Error(`${network.type}: the edit is of ${shown.edits}, not of ${sentId}`);
    }
  }
  return { type: network.type, rows };
}

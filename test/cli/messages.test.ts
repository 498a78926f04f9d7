/** The commands for messages that exist, and for people, in processes of their own on a real core. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ANN,
  ATTACHED,
  asked,
  BACKEND,
  cli,
  ROOM,
  useMessageStage,
} from "../support/message-commands.ts";

useMessageStage();

interface Row {
  readonly args: readonly string[];
  /** What the backend is asked for. */
  readonly asks?: readonly string[];
  readonly out: string | object;
  readonly err?: RegExp;
}

const ROWS: readonly Row[] = [
  {
    args: ["send", ROOM, "hi"],
    asks: ["message channel room: hi []"],
    out: "m1\nm1b\n",
    err: /^sent\n$/,
  },
  {
    args: ["send", ROOM, "rich", "--reply-to", "q7", "--persona", "Zed"],
    asks: ["message channel room: rich [q7 Zed]"],
    out: "m1\nm1b\n",
    err: /^sent, but the network cannot: emoji\n$/,
  },
  {
    args: ["send", "--private", ANN, "rich", "--json"],
    asks: ["message user ann: rich []"],
    out: { ok: true, ids: ["m1", "m1b"], degraded: ["emoji"] },
  },
  {
    args: ["action", ROOM, "waves", "--persona", "Zed"],
    asks: ["action channel room: waves [Zed]"],
    out: "m1\nm1b\n",
  },
  {
    args: ["send", ROOM, "--attach", ATTACHED],
    asks: [`message channel room: a cat.jpg: ${ATTACHED} []`],
    out: "m1\nm1b\n",
  },
  {
    args: ["send", ROOM, "look", "--attach", ATTACHED, "--attach", "https://example.org/"],
    asks: [`message channel room: look a cat.jpg: ${ATTACHED} https://example.org/ []`],
    out: "m1\nm1b\n",
  },
  {
    args: ["send", ROOM, "--attach", " https://example.org/a cat\n.jpg"],
    asks: [`message channel room: a cat.jpg: ${ATTACHED} []`],
    out: "m1\nm1b\n",
  },
  {
    args: ["send", ROOM, "--", "--hm"],
    asks: ["message channel room: --hm []"],
    out: "m1\nm1b\n",
  },
  {
    args: ["send", "dull://net/room", "--attach", ATTACHED, "--reply-to", "q7", "--json"],
    asks: [`room: a cat.jpg: ${ATTACHED}`],
    out: { ok: true, ids: [], degraded: ["reply", "attachment"] },
  },
  {
    args: ["send", "dull://net/room", "yes", "--reply-to", "q7"],
    asks: ["room: yes"],
    out: "",
    err: /^sent, but the network cannot: reply\n {2}Next time --quote TEXT shows what it answers\.\n$/,
  },
  {
    args: ["send", "dull://net/room", "yes", "--reply-to", "q7", "--quote", "ann: is it?"],
    asks: ["room: > ann: is it?\nyes"],
    out: "",
    err: /^sent, but the network cannot: reply\n$/,
  },
  {
    args: ["action", "dull://net/room", "nods", "--reply-to", "q7"],
    asks: ["room: nods"],
    out: "",
    err: /^sent, but the network cannot: reply\n$/,
  },
  {
    args: ["edit", ROOM, "m1", "new", "text", "--part", "m1b"],
    asks: ["edit room m1+m1b: new text"],
    out: "m9\n",
    err: /^edited\n$/,
  },
  {
    args: ["edit", ROOM, "m1", "x", "--json"],
    asks: ["edit room m1: x"],
    out: { ok: true, ids: ["m9"], degraded: [] },
  },
  {
    args: ["delete", "--private", ANN, "m1", "m2", "--reason", "spam"],
    asks: ["delete user ann m1+m2: spam"],
    out: "",
    err: /^deleted\n$/,
  },
  {
    args: ["delete", ROOM, "m1", "--json"],
    asks: ["delete channel room m1: "],
    out: { ok: true, deleted: ["m1"] },
  },
  { args: ["react", ROOM, "m1", "👍"], asks: ["react room m1 👍"], out: "", err: /^reacted\n$/ },
  {
    args: ["react", ROOM, "m1", "👍", "--remove"],
    asks: ["unreact room m1 👍"],
    out: "",
    err: /^taken back\n$/,
  },
  {
    args: ["react", ROOM, "m1", "--remove", "--emoji-id", "e7"],
    asks: ["unreact room m1 e7"],
    out: "",
    err: /^taken back\n$/,
  },
  {
    args: ["react", ROOM, "m1", "--remove", "--json"],
    asks: ["unreact room m1 undefined"],
    out: { ok: true },
  },
  {
    args: ["members", ROOM],
    out:
      "USER              NAME       ACCOUNT   BOT\n" +
      "camp://net/ann    Ann␛[31m   ann@camp  -\n" +
      "camp://net/bob    bob        -         -\n",
    err: /may be more/,
  },
  {
    args: ["capabilities", "dull://net", "--json"],
    out: {
      ...{ id: "dull://net", features: {}, limits: {}, formats: [] },
      ...{ allowedReactions: [], channels: [] },
    },
  },
];

for (const { args, asks = [], out, err } of ROWS) {
  test(`seabird ${args.join(" ")}`, async () => {
    asked.length = 0;
    const result = await cli(args);
    assert.equal(result.code, 0, result.err);
    if (typeof out === "string") assert.equal(spaced(result.out), spaced(out));
    else assert.deepEqual(JSON.parse(result.out), out);
    if (err !== undefined) assert.match(result.err, err);
    assert.deepEqual(asked, asks);
  });
}

/** Widths of columns do not matter. */
function spaced(text: string): string {
  return text.replaceAll(/ {2,}/g, "  ");
}

test("capabilities: of a backend and of a channel", async () => {
  for (const id of [BACKEND, ROOM]) {
    const { code, out, err } = await cli(["capabilities", id]);
    assert.equal(code, 0, err);
    assert.match(out, /^CAN +HOW FAR\n[\s\S]*\nedit +full\n[\s\S]*\npersona +partial\n/);
    assert.match(out, /\nmax_text_bytes +400\n[\s\S]*allowed reactions +👍 👎\n/);
  }
  assert.match((await cli(["capabilities", "dull://net"])).out, /declares nothing/);
});

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { ManualClock } from "../../test/manual-clock.ts";
import { DEFAULT_LIMITS } from "../limits.ts";
import { parseMessage } from "../message/irc-message.ts";
import type { IrcOptions, SaslOptions } from "../options.ts";
import { Handshake } from "./handshake.ts";

function setUp(sasl: SaslOptions | undefined) {
  const clock = new ManualClock();
  const sent: string[] = [];
  const ends: string[] = [];
  const options = {
    ...DEFAULT_LIMITS,
    nick: "bird",
    user: "bird",
    realName: "bird",
    password: "hush",
    sasl,
  };
  const handshake = new Handshake(
    options as unknown as IrcOptions,
    {
      send: (line) => void sent.push(line),
      strictTransport: (value) => value.includes("port=") && ends.push("sts") > 0,
      failed: () => void ends.push("failed"),
      isMe: (nick) => nick === "bird",
      status: () => undefined,
      welcomed: () => void ends.push("welcomed"),
    },
    clock,
  );
  return { clock, sent, ends, handshake };
}

const name = fc.constantFrom(
  "sasl",
  "sasl=PLAIN",
  "batch",
  "sts=port=9",
  "-batch",
  "x/y=1",
  "=",
  "",
);
const names = fc.array(name, { maxLength: 4 }).map((each) => each.join(" "));
const verb = fc.constantFrom("LS", "LS *", "ACK", "NAK", "NEW", "DEL", "LIST", "");
const cap = fc.tuple(verb, names).map(([each, list]) => `:srv CAP * ${each} :${list}`);
const other = fc.constantFrom(
  "AUTHENTICATE +",
  "AUTHENTICATE",
  "AUTHENTICATE %%",
  ":srv 001 bird :Welcome",
  ":srv 421 * CAP :Unknown",
  ":srv 432 * bird :No",
  ":srv 433 * bird :Taken",
  ":srv 451 * :Register",
  ":srv 464 * :Wrong",
  ":srv 900 * m bird :In",
  ":srv 901 * m :Out",
  ":srv 903 * :In",
  ":srv 904 * :No",
  ":srv 908 * PLAIN :are",
  ":bird!b@h ACCOUNT *",
  "CAP",
  "900",
  ":",
);
const event = fc.oneof(cap, other, fc.constant("(time goes by)"));
const login = fc.constantFrom<SaslOptions | undefined>(
  undefined,
  { mechanism: "PLAIN", account: "bird", password: "wings" },
  { mechanism: "EXTERNAL", account: "", required: false },
);

suite("whatever a server sends", () => {
  test("nothing throws, little is sent, and it ends once", () => {
    fc.assert(
      fc.property(login, fc.array(event, { maxLength: 200 }), (sasl, events) => {
        const { clock, sent, ends, handshake } = setUp(sasl);
        handshake.start();
        for (const each of events) {
          if (each.startsWith("(")) clock.advance(5_000);
          else handshake.receive(parseMessage(each));
        }
        assert.ok(sent.length < 500, `${sent.length} lines`);
        assert.equal(sent.filter((line) => line.startsWith("USER")).length > 1, false);
        assert.equal(sent.filter((line) => line === "CAP END").length > 1, false);
        assert.ok(ends.filter((end) => end !== "welcomed").length <= 1, ends.join());
        const needs = sasl !== undefined && sasl.required !== false;
        if (needs && ends.includes("welcomed")) assert.ok(events.includes(":srv 903 * :In"));
        handshake.close();
        assert.equal(clock.timers, 0);
      }),
      { numRuns: 500 },
    );
  });

  test("nothing is sent before the list of capabilities, or its absence", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 50 }), (events) => {
        const { sent, ends, handshake } = setUp(undefined);
        handshake.start();
        for (const each of events) {
          handshake.receive(parseMessage(each));
          if (ends[0] === "sts") break;
          if (/ CAP \* LS :| 421 | 451 /.test(each)) return;
        }
        assert.ok(
          sent.every((line) => line.startsWith("CAP ")),
          sent.join("\n"),
        );
      }),
      { numRuns: 500 },
    );
  });
});

/** Under a flood of requests: the network is not flooded, and every answer is true. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { IrcPerson } from "../support/irc-person.ts";
import { onIrc, refusalOf, startIrcStage } from "../support/irc-stage.ts";
import { waitFor } from "../support/irc-wait.ts";

test("the same text again and again is sent on", async (t) => {
  const stage = await startIrcStage(t, "ngircd", { env: { IRC_LINE_INTERVAL_MS: "50" } });
  if (stage === undefined) return;
  const { alice, actions, backend } = stage;
  await backend.ready();
  for (let time = 1; time <= 7; time++) {
    assert.equal(await refusalOf(actions.sendMessage(onIrc("#test"), "again")), "");
  }
  assert.equal(await refusalOf(actions.sendMessage(onIrc("#test"), "last")), "");
  await alice.sees("#test", "<seabird> last");
  const said = (await alice.lines("#test")).filter((line) => line.includes("<seabird> again"));
  assert.equal(said.length, 7);
});

suite("a burst of requests", () => {
  test("what was answered with success was said, in order; the rest was not", async (t) => {
    const stage = await startIrcStage(t, "inspircd", {
      // As Debian's default: it punishes a client that sends more than it bears.
      server: { connect: { threshold: "10", commandrate: "1000", fakelag: "yes", recvq: "8K" } },
      env: { IRC_ANSWER_WITHIN_MS: "6000" },
    });
    if (stage === undefined) return;
    const { alice, actions, backend } = stage;
    await backend.ready();
    await alice.sees("#test", "seabird.* has joined");

    const numbers = Array.from({ length: 60 }, (_, index) => `n${index}`);
    const refusals = await Promise.all(
      numbers.map((number) => refusalOf(actions.sendMessage(onIrc("#test"), number))),
    );
    const done = numbers.filter((_, index) => refusals[index] === "");
    assert.ok(done.length >= 4, `only ${done.length} were done`);
    assert.ok(done.length < numbers.length, "the flood limit bounds nothing");
    for (const refusal of refusals) {
      if (refusal !== "")
        assert.match(refusal, /^unknown: (would take|not sent|the network did not confirm)/);
    }
    // One more, after the flood, so that whatever was sent has arrived before it.
    while ((await refusalOf(actions.sendMessage(onIrc("#test"), "last"))) !== "");
    await alice.sees("#test", "<seabird> last");
    const said = (await alice.lines("#test"))
      .filter((line) => line.includes("<seabird> n"))
      .map((line) => line.slice(line.indexOf("> n") + 2));
    const unsure = numbers.filter((_, index) => refusals[index]?.includes("did not confirm"));
    assert.deepEqual(
      said.filter((number) => !unsure.includes(number)),
      done,
    );
    assert.deepEqual(
      said,
      [...said].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1))),
    );
  });
});

suite("a hundred lines on ngircd, which reads no faster than it likes", () => {
  const lines = Array.from({ length: 100 }, (_, index) => `n${index}`);
  const saidOf = async (alice: IrcPerson) =>
    (await alice.lines("#test"))
      .filter((line) => line.includes("<seabird> n"))
      .map((line) => line.slice(line.indexOf("> n") + 2));

  test("in one message are not begun, since they would take too long", async (t) => {
    const stage = await startIrcStage(t, "ngircd");
    if (stage === undefined) return;
    const { alice, actions, backend } = stage;
    await backend.ready();
    const refusal = await refusalOf(actions.sendMessage(onIrc("#test"), lines.join("\n")));
    assert.match(refusal, /^unknown: would take \d\d s at this server's rate \(limit 8 s\)$/);
    assert.equal(await refusalOf(actions.sendMessage(onIrc("#test"), "short")), "");
    await alice.sees("#test", "<seabird> short");
    assert.deepEqual(await saidOf(alice), []);
  });

  test("in as many messages: each is said or refused, in time", async (t) => {
    const stage = await startIrcStage(t, "ngircd");
    if (stage === undefined) return;
    const { alice, actions, backend } = stage;
    await backend.ready();
    await alice.sees("#test", "seabird.* has joined");
    const refusals = await Promise.all(
      lines.map((line) => refusalOf(actions.sendMessage(onIrc("#test"), line))),
    );
    const done = lines.filter((_, index) => refusals[index] === "");
    for (const refusal of refusals)
      if (refusal !== "") assert.match(refusal, /^unknown: would take/);
    assert.ok(done.length >= 8, `only ${done.length} were done`);
    await waitFor("the last one", async () => (await saidOf(alice)).length >= done.length);
    assert.deepEqual(await saidOf(alice), done);
    assert.doesNotMatch(backend.log(), /connection lost/);
  });

  test("faster than it reads: still no call is left without its answer", async (t) => {
    const stage = await startIrcStage(t, "ngircd", {
      // It does not read our PING before all that stands before it.
      env: {
        IRC_BURST_LINES: "100",
        IRC_LINE_INTERVAL_MS: "10",
        IRC_PING_TIMEOUT_MS: "120000",
      },
    });
    if (stage === undefined) return;
    const { alice, actions, backend } = stage;
    await backend.ready();
    await alice.sees("#test", "seabird.* has joined");
    const refusal = await refusalOf(actions.sendMessage(onIrc("#test"), lines.join("\n")));
    assert.match(refusal, /^(unknown: the network did not confirm it in time)?$/);
    await waitFor("all of them", async () => (await saidOf(alice)).length === lines.length);
    assert.deepEqual(await saidOf(alice), lines);
    assert.doesNotMatch(backend.log(), /connection lost/);
  });
});

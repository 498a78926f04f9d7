/** Under a flood of requests: the network is not flooded, and every answer is true. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { onIrc, refusalOf, startIrcStage } from "../support/irc-stage.ts";

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
      if (refusal !== "") assert.match(refusal, /^unknown: (not sent|the network did not confirm)/);
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

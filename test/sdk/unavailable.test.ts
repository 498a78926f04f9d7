/** A backend's refusals while its network is lost, told apart by what core says and not by their texts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { connectPlugin, isUnavailable, SeabirdError, silentLog } from "@seabird-chat/sdk";
import { type BackendHost, backend, Refused, startBackend } from "@seabird-chat/sdk/backend";
import { startCore } from "../support/core.ts";
import { until } from "../support/until.ts";

const REASON = "the cable is cut";

test("while the network is lost a refusal is unavailable, whatever its text", async (t) => {
  const core = await startCore({}, t);
  const hosts: BackendHost[] = [];
  let end = (_: Error) => {};
  const waiting: PromiseWithResolvers<never>[] = [];
  const definition = backend("camp", {
    connect: (host) => {
      hosts.push(host);
      host.channels.joined({ id: "room" });
      const closed = Promise.withResolvers<never>();
      end = closed.reject;
      return {
        closed: closed.promise,
        close: () => undefined,
        send: async ({ id }) => {
          if (id !== "waits") throw new Refused(REASON);
          const until = Promise.withResolvers<never>();
          waiting.push(until);
          return await until.promise;
        },
      };
    },
  });
  const options = { id: "net", url: core.url, token: await core.token(), log: silentLog };
  const constants = { networkRetryMinMs: 1, networkRetryMaxMs: 10 };
  const running = startBackend(definition, { ...options, constants });
  t.after(() => running.close());
  await running.ready();
  const client = connectPlugin({ url: core.url, token: await core.token(), env: {} });
  t.after(() => client.close());
  const refused = async (id: string) => {
    const error = await client.sendMessage(`camp://net/${id}`, "hi").then(
      () => assert.fail("it was sent"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof SeabirdError);
    assert.deepEqual([error.code, error.message], ["unknown", REASON]);
    return isUnavailable(error);
  };

  assert.equal(await refused("room"), false);
  hosts[0]?.network.away("ping timeout");
  assert.equal(await refused("room"), true);
  hosts[0]?.network.back();
  assert.equal(await refused("room"), false);

  // What fails together with its connection, in whichever order.
  for (const isFirst of [true, false]) {
    const outcome = refused("waits");
    const connections = hosts.length;
    await until("the request", () => waiting.length === connections);
    if (isFirst) end(new Error("reset"));
    waiting.at(-1)?.reject(new Refused(REASON));
    if (!isFirst) end(new Error("reset"));
    assert.equal(await outcome, true, `the connection ends first: ${isFirst}`);
    await until("the next connection", () => hosts.length > connections);
  }
});

/** Logins that end, and positions in the rooms, on a homeserver that does what Synapse does not. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { backendbed } from "@seabird-chat/testkit";
import { matrixBackend } from "../../backends/matrix/src/backend.ts";
import { SavedSession } from "../../backends/matrix/src/connection/saved-session.ts";
import { MatrixConnection } from "../../backends/matrix/src/connection.ts";
import {
  ALIAS,
  ScriptedServer,
  TOKEN,
  UNKNOWN_TOKEN,
} from "../../backends/matrix/test/scripted-server.ts";
import { systemClock } from "../../sdk/src/link/clock.ts";
import { runUntilEnd } from "../support/backend-program.ts";
import { startCore } from "../support/core.ts";
import { until } from "../support/until.ts";

suite("a login", () => {
  test("token that is revoked ends the program with 78 and one line that says where to get one", async (t) => {
    const server = await ScriptedServer.listen();
    t.after(() => server.close());
    const core = await startCore({}, t);
    const token = await core.token(["backend:matrix/one"], "matrix");
    const settings = { homeserver: server.url, access_token: TOKEN, channels: [ALIAS] };
    const ending = runUntilEnd(t, { type: "matrix", core: { url: core.url, token }, settings });
    await server.hears(/^GET v3\/sync$/, 2);
    server.script = () => UNKNOWN_TOKEN;
    server.tells({});
    const { code, errors, lastLine } = await ending;
    assert.equal(code, 78, errors);
    assert.match(lastLine, /matrix\/one: access_token: .*token/);
    assert.ok(!errors.includes(TOKEN));
  });

  test("to an account that is locked waits until it is unlocked", async (t) => {
    const server = await ScriptedServer.listen();
    t.after(() => server.close());
    const bed = await backendbed({
      backend: matrixBackend,
      config: { homeserver: server.url, access_token: TOKEN, channels: [ALIAS] },
    });
    t.after(() => bed.close());
    await server.hears(/^GET v3\/sync$/, 2);
    const pass = (what: string, condition: () => boolean) =>
      until(what, () => {
        if (!condition()) bed.clock.pass(100);
        return condition();
      });
    let refused = 0;
    server.script = ({ path }) => {
      if (path !== "v3/sync" || refused > 1) return undefined;
      refused++;
      return {
        status: 401,
        json: { errcode: "M_USER_LOCKED", error: "This account is locked", soft_logout: true },
      };
    };
    server.tells({});
    await pass("the refusals", () => refused > 1);
    server.says(server.event({ msgtype: "m.text", body: "unlocked" }));
    await pass("the message", () => bed.events.some(({ text }) => text === "unlocked"));
  });

  test("token of a password's login that is revoked is replaced", async (t) => {
    const server = await ScriptedServer.listen();
    t.after(() => server.close());
    const bed = await backendbed({
      backend: matrixBackend,
      config: { homeserver: server.url, user: "bot", password: "hunter2", channels: [ALIAS] },
    });
    t.after(() => bed.close());
    await server.hears(/^GET v3\/sync$/, 2);
    let isRevoked = true;
    server.script = ({ method, path }) => {
      if (method === "POST" && path === "v3/login") isRevoked = false;
      return isRevoked ? UNKNOWN_TOKEN : undefined;
    };
    server.tells({});
    await until("the second login", () => {
      bed.clock.pass(100);
      return server.requests.filter(({ path }) => path === "v3/login").length >= 2;
    });
    const [first, again] = server.requests.filter(
      ({ method, path }) => method === "POST" && path === "v3/login",
    );
    const deviceOf = (request?: { readonly body: unknown }) =>
      (request?.body as { readonly device_id?: string } | undefined)?.device_id;
    assert.deepEqual([deviceOf(first), deviceOf(again)], [undefined, "DEVICE"]);
  });
});

test("a position is kept once core has what came before it", async (t) => {
  const server = await ScriptedServer.listen();
  t.after(() => server.close());
  const ended = new AbortController();
  const saved = new SavedSession(undefined, () => undefined);
  const [lost, arrived] = [Promise.withResolvers<boolean>(), Promise.withResolvers<boolean>()];
  const deliveries = [lost.promise, arrived.promise];
  let answers = 0;
  const connection = new MatrixConnection(
    { homeserver: server.url, accessToken: TOKEN, deviceName: "test" },
    {
      ...{ saved, clock: systemClock, random: () => 0, signal: ended.signal },
      hooks: {
        status: () => undefined,
        synced: async () => void answers++,
        delivered: () => deliveries.shift() ?? Promise.resolve(false),
        positionLost: () => undefined,
      },
    },
  );
  await connection.logIn();
  const running = connection.run();
  const hears = async () => {
    const before = answers;
    server.tells({});
    await until("an answer", () => answers > before);
  };
  await hears();
  await hears();
  assert.equal(saved.current?.position, undefined, "core has nothing yet");
  lost.resolve(false);
  await until("the next wait", () => {
    server.tells({});
    return deliveries.length === 0;
  });
  assert.equal(saved.current?.position, undefined, "it was lost");
  arrived.resolve(true);
  await until("the position", () => saved.current?.position !== undefined);
  ended.abort();
  await running;
});

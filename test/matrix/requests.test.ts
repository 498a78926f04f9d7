/** Requests of the client to a homeserver that a test scripts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "@seabird-chat/testkit";
import { MatrixClient } from "../../backends/matrix/src/connection/matrix-client.ts";
import { ScriptedServer } from "../../backends/matrix/test/scripted-server.ts";

test("an id that is a step up in a path reaches no endpoint", async (t) => {
  const server = await ScriptedServer.listen();
  t.after(() => server.close());
  const client = new MatrixClient({ baseUrl: server.url, clock: new FakeClock(), random: () => 0 });
  const transactionId = "1";
  const redaction = { roomId: "!a:b", reason: "", transactionId };
  for (const id of [".", ".."]) {
    const words = { message: "an id is . or .." };
    await assert.rejects(client.redact({ ...redaction, eventId: id }), words);
    await assert.rejects(client.event("!a:b", id), words);
    await assert.rejects(client.join(id, ["server"]), words);
    await assert.rejects(client.media.download({ server: "..", mediaId: id }), words);
  }
  assert.deepEqual(server.requests, []);
  for (const id of ["...", "a.b", "%2e%2e", "/../x"]) await client.event("!a:b", id).catch(() => 0);
  assert.deepEqual(
    server.requests.map(({ path }) => path),
    ["...", "a.b", "%2e%2e", "/../x"].map((id) => `v3/rooms/!a:b/event/${id}`),
  );
});

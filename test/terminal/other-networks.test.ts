/** What the terminal room shows of the networks of other backends. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { startCore } from "../support/core.ts";
import { RawBackend } from "../support/raw-backend.ts";
import { until } from "../support/until.ts";

const ROOM = fileURLToPath(
  new URL("../../backends/terminal/bin/seabird-backend-terminal.js", import.meta.url),
);

const NETWORKS: readonly (readonly [scopes: readonly string[], shown: readonly RegExp[]])[] = [
  [
    ["backend:terminal/local", "read"],
    [
      /^-- camp:\/\/net lost its network: ping\[2J timeout x{282}$/m,
      /^-- camp:\/\/net is back on its network$/m,
    ],
  ],
  [["backend:terminal/local"], []],
];

for (const [scopes, expected] of NETWORKS) {
  test(`the network of another backend, as core tells it, with ${scopes.join(" and ")}`, async (t) => {
    const core = await startCore({}, t);
    const room = spawn(process.execPath, [ROOM], {
      stdio: ["pipe", "pipe", "pipe"],
      env: {
        PATH: process.env["PATH"] ?? "",
        USER: "ann",
        SEABIRD_HOST: core.url,
        SEABIRD_TOKEN: await core.token([...scopes], "room"),
      },
    });
    t.after(() => room.kill("SIGKILL"));
    const exit = once(room, "exit");
    let shown = "";
    room.stdout.on("data", (data: Buffer) => (shown += data.toString()));
    room.stdin.write("hello\n");
    await until("the room", () => shown.includes("<ann> hello"), 30_000);
    const { broker } = core.core;
    if (expected.length > 0) await until("its stream", () => broker.status().streams.length === 1);
    const token = await core.token(["backend:camp/net"], "camp");
    const camp = await RawBackend.connect(core.url, token, "camp", "net");
    t.after(() => camp.client.close());
    const reason = `ping\x1b[2J\r\ntimeout ${"x".repeat(2_000)}`;
    camp.send({ inner: { case: "networkState", value: { isConnected: false, reason } } });
    camp.send({ inner: { case: "networkState", value: { isConnected: true } } });
    camp.join("the last");
    const hasJoined = () =>
      broker.status().backends.some((each) => each.type === "camp" && each.channels > 0);
    await until("core's word", hasJoined);
    for (const line of expected) await until(String(line), () => line.test(shown));
    room.stdin.end("/rooms\n");
    assert.deepEqual(await exit, [0, null], shown);
    assert.equal(shown.match(/network/g)?.length ?? 0, expected.length, shown);
    assert.ok(!shown.includes("\x1b"), shown);
  });
}

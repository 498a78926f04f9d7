/** Finding a homeserver, with servers of every kind at its address. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type TestContext, test } from "node:test";
import { findHomeserver } from "./homeserver.ts";

type Pages = Readonly<Record<string, unknown>>;

/** Serves these as JSON; 404 for anything else. */
async function serve(t: TestContext, pages: () => Pages): Promise<string> {
  const server = createServer((request, response) => {
    const page = pages()[request.url ?? ""];
    response.statusCode = page === undefined ? 404 : 200;
    response.end(typeof page === "string" ? page : JSON.stringify(page ?? {}));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  t.after(() => server.closeAllConnections());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

const VERSIONS = "/_matrix/client/versions";
const WELL_KNOWN = "/.well-known/matrix/client";
const MODERN = { [VERSIONS]: { versions: ["r0.6.1", "v1.11", 17] } };

const find = (setting: string) => findHomeserver(setting, new AbortController().signal);

test("a url is taken as it is", async (t) => {
  const url = await serve(t, () => MODERN);
  assert.deepEqual(await find(`${url}/`), { baseUrl: url, versions: ["r0.6.1", "v1.11"] });
});

test("the url of a website leads to the homeserver that it names", async (t) => {
  const api = await serve(t, () => MODERN);
  const site = await serve(t, () => ({
    [WELL_KNOWN]: { "m.homeserver": { base_url: `${api}/` } },
  }));
  assert.equal((await find(site)).baseUrl, api);
});

test("what is no homeserver, or one that is too old, is said", async (t) => {
  const rows: readonly (readonly [Pages, RegExp])[] = [
    [{}, /is no Matrix homeserver; give its name or its url/],
    [{ [VERSIONS]: "<html>" }, /is no Matrix homeserver/],
    [{ [VERSIONS]: { versions: "v1.1" } }, /is no Matrix homeserver/],
    [{ [VERSIONS]: "x".repeat(100_000) }, /is no Matrix homeserver/],
    [{ [VERSIONS]: { versions: ["r0.6.1"] } }, /is too old: it has no version v1.1/],
    [{ [WELL_KNOWN]: { "m.homeserver": { base_url: "ftp://x" } } }, /is no Matrix homeserver/],
    [{ [WELL_KNOWN]: { "m.homeserver": 17 } }, /is no Matrix homeserver/],
  ];
  for (const [pages, message] of rows) {
    const url = await serve(t, () => pages);
    await assert.rejects(find(url), { name: "NoHomeserver", message });
  }
});

test("an address where nobody listens is said", async () => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  server.close();
  await once(server, "close");
  await assert.rejects(find(url), { name: "MatrixUnreachable", message: /ECONNREFUSED/ });
});

test("a search that is given up ends with the reason", async (t) => {
  const url = await serve(t, () => MODERN);
  const reason = new Error("given up");
  await assert.rejects(findHomeserver(url, AbortSignal.abort(reason)), reason);
});

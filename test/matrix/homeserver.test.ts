/** What answers at an address that was given for a homeserver, in words for who gave it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { findHomeserver } from "../../backends/matrix/src/connection/homeserver.ts";
import { type Answer, ScriptedServer } from "../../backends/matrix/test/scripted-server.ts";
import { freePort } from "../support/irc-servers.ts";

const find = (homeserver: string) => findHomeserver(homeserver, AbortSignal.timeout(30_000));

async function answering(t: TestContext, answer: Answer): Promise<string> {
  const server = await ScriptedServer.listen();
  t.after(() => server.close());
  server.script = () => answer;
  return server.url;
}

test("a homeserver is found by its url, with or without a slash", async (t) => {
  const url = await answering(t, { json: { versions: ["r0.6.1", "v1.11"] } });
  for (const given of [url, `${url}/`]) assert.equal((await find(given)).baseUrl, url);
});

test("the url of a website leads to the homeserver that it names", async (t) => {
  const homeserver = await answering(t, { json: { versions: ["v1.15"] } });
  const website = await ScriptedServer.listen();
  t.after(() => website.close());
  website.script = ({ path }) =>
    path === "/.well-known/matrix/client"
      ? { json: { "m.homeserver": { base_url: `${homeserver}/` } } }
      : { status: 404, text: "<html>not found</html>" };
  assert.equal((await find(website.url)).baseUrl, homeserver);
});

const NO_HOMESERVERS: Readonly<Record<string, readonly [Answer, RegExp]>> = {
  "a website": [
    { text: "<html>welcome</html>" },
    /is no Matrix homeserver; give its name or its url/,
  ],
  "other JSON": [{ json: { versions: "all" } }, /is no Matrix homeserver/],
  "a list": [{ json: [] }, /is no Matrix homeserver/],
  "an endless text": [{ text: "x".repeat(100_000) }, /is no Matrix homeserver/],
  "an old homeserver": [{ json: { versions: ["r0.6.1"] } }, /is too old/],
  "a proxy without it": [{ status: 502, text: "bad gateway" }, /answers 502/],
};

for (const [what, [answer, words]] of Object.entries(NO_HOMESERVERS)) {
  test(`${what} is told as what it is`, async (t) => {
    await assert.rejects(find(await answering(t, answer)), { message: words });
  });
}

test("a socket that speaks no HTTP or no TLS, and nobody at all, are told in one line", async (t) => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end("SSH-2.0-server\r\n");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const at = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const nobody = `127.0.0.1:${await freePort()}`;
  for (const [url, words] of [
    [`http://${at}`, /^cannot reach .*: .*HTTP/],
    [`https://${at}`, /^cannot reach .*: it does not speak TLS; is it http:\/\//],
    [`http://${nobody}`, /^cannot reach .*: nothing listens there/],
  ] as const) {
    await assert.rejects(find(url), { message: words });
    await assert.rejects(find(url), ({ message }: Error) => !message.includes("\n"));
  }
});

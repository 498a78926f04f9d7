/** Which urls the SDK's fetcher opens, by their spelling, the addresses of their host and the environment. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { inspect, promisify } from "node:util";
import { type FetchFailure, fetchUrl, type Resolver } from "@seabird-chat/sdk/fetch";
import { LOCAL, page, rejection, resolvesTo } from "../support/fetches.ts";
import { webServer } from "../support/web-server.ts";

/** What is refused before a byte is sent. PORT is that of a server that runs. */
const REFUSED: readonly (readonly [url: string, code: FetchFailure, text: RegExp])[] = [
  ["", "url", /^the text of 0 characters is no url; allowed: absolute ones of at most 8192/],
  ["cat.png", "url", /the text of 7 characters is no url/],
  ["//example.org/cat.png", "url", /is no url/],
  [`https://example.org/${"a".repeat(9_000)}`, "url", /^.{0,250}$/],
  ["http://[fe80::1%25lo]/", "url", /is no url/],
  ["http://[::1%lo]:PORT/", "url", /is no url/],
  [`http://127.0.0.1:PORT/${"ü".repeat(4_000)}`, "url", /is no url/],
  ["http://user:secret@[::1%lo]:PORT/", "url", /is no url/],
  ["https://example.org:99999/secret", "url", /is no url/],
  ["http://exa\x1b[31m\nmple.org/", "url", /is no url/],
  ["http:///", "url", /is no url/],
  ["http://.127.0.0.1:PORT/", "url", /is no url/],
  ["http://256.256.256.256/", "url", /is no url/],
  ["http://0x100000000/", "url", /is no url/],
  [`http://${"a".repeat(255)}/`, "url", /is no url/],
  [`${"a".repeat(7_000)}:x`, "scheme", /"a{32}" urls/],
  ["file:///etc/passwd", "scheme", /"file:" urls are not opened; allowed: http, https/],
  ["data:text/plain,x", "scheme", /"data:"/],
  ["blob:http://example.org/1", "scheme", /"blob:"/],
  ["ftp://127.0.0.1:PORT/", "scheme", /"ftp:"/],
  ["ws://127.0.0.1:PORT/", "scheme", /"ws:"/],
  ["javascript:alert(1)", "scheme", /"javascript:"/],
  ["http://user:secret@127.0.0.1:PORT/", "credentials", /has a user name or password; give it/],
  ["http://user@127.0.0.1:PORT/", "credentials", /without/],
  ["http://example.org:secret@127.0.0.1:PORT/", "credentials", /without/],
  ["http://127.0.0.1\\@example.org:PORT/", "address", /loopback/],
  ["http:\\\\127.0.0.1:PORT\\x", "address", /loopback/],
  ["http:127.0.0.1:PORT", "address", /loopback/],
  ["http:///127.0.0.1:PORT/", "address", /loopback/],
  [" \thttp://127.0.0.1:PORT/ ", "address", /loopback/],
  ["ht\ntp://127.0\t.0.1:PORT/", "address", /loopback/],
  ["HTTP://%31%32%37.0.0.1:PORT/", "address", /loopback/],
  ["http://127%2e0%2e0%2e1:PORT/", "address", /loopback/],
  ["http://①②⑦.⓪.⓪.①:PORT/", "address", /loopback/],
  ["http://127.0.0\u00ad.1:PORT/", "address", /loopback/],
  ["http://0x7f.1.:PORT/", "address", /loopback/],
  ["http://[0:0:0:0:0:ffff:7f00:1]:PORT/", "address", /loopback/],
  ["http://[::ffff:0:127.0.0.1]:PORT/", "address", /rfc6145/],
  ["http://[2001:0:7f00:1::80ff:fffe]:PORT/", "address", /teredo/],
  ["http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:PORT/", "address", /"localhost" resolves/],
  [
    "http://127.0.0.1:PORT/",
    "address",
    /"127.0.0.1" is an address that is not public \(loopback\)/,
  ],
  ["http://127.1:PORT/", "address", /loopback/],
  ["http://2130706433:PORT/", "address", /loopback/],
  ["http://017700000001:PORT/", "address", /loopback/],
  ["http://0x7f.0.0.1:PORT/", "address", /loopback/],
  ["http://0x7f000001:PORT/", "address", /loopback/],
  ["http://127.0.0.1.:PORT/", "address", /loopback/],
  ["http://１２７.０.０.１:PORT/", "address", /loopback/],
  ["http://127。0。0。1:PORT/", "address", /loopback/],
  ["http://0:PORT/", "address", /unspecified/],
  ["http://169.254.169.254/latest/meta-data/", "address", /linkLocal/],
  ["http://[::1]:PORT/", "address", /"::1" is .*loopback/],
  ["http://[::]:PORT/", "address", /unspecified/],
  ["http://[::ffff:127.0.0.1]:PORT/", "address", /loopback/],
  ["http://[::127.0.0.1]:PORT/", "address", /not public/],
  ["http://[64:ff9b::7f00:1]:PORT/", "address", /loopback/],
  ["http://[2002:7f00:1::]:PORT/", "address", /6to4/],
  ["http://[fd00::1]:PORT/", "address", /uniqueLocal/],
  ["http://localhost:PORT/", "address", /"localhost" resolves to an address that is not public/],
  ["http://LOCALHOST:PORT/", "address", /"localhost" resolves/],
  ["http://does-not-exist.invalid/", "dns", /cannot resolve "does-not-exist.invalid"/],
  ["http://1.1.1.1:25/", "port", /port 25 belongs to another protocol/],
  ["https://example.org:6697/", "port", /port 6697/],
];

test("what is no public http url is refused, and nothing is sent", async () => {
  await using server = await webServer({ "/": page("secret") });
  for (const [template, code, text] of REFUSED) {
    const error = await rejection(fetchUrl(template.replace("PORT", String(server.port))));
    assert.equal(error.code, code, `${template}: ${error.message}`);
    assert.match(error.message, text, template);
    assert.match(error.message, /^[^\p{C}]{1,250}$/u, template);
    assert.doesNotMatch(inspect(error), /secret/);
  }
  assert.deepEqual(server.seen, []);
});

test("one address of a name that is not public refuses it, as does a name without any", async () => {
  await using server = await webServer({ "/": page("here") });
  const url = `http://files.test:${server.port}/`;
  for (const addresses of [["127.0.0.1", "10.0.0.1"], ["10.0.0.1"], ["127.0.0.1", "fe80::1%lo"]]) {
    const options = { ...LOCAL, resolve: resolvesTo(...addresses) };
    assert.equal((await rejection(fetchUrl(url, options))).code, "address", String(addresses));
  }
  const nowhere = await rejection(fetchUrl(url, { ...LOCAL, resolve: resolvesTo() }));
  assert.deepEqual([nowhere.code, nowhere.message], ["dns", '"files.test" has no address']);
  const file = await fetchUrl(url, { ...LOCAL, resolve: resolvesTo("127.0.0.1") });
  assert.equal(await file.text(), "here");
  const dotted = `http://files.test.:${server.port}/`;
  const inner = { ...LOCAL, resolve: resolvesTo("127.0.0.2") };
  assert.equal((await rejection(fetchUrl(dotted, inner))).code, "address");
  assert.equal(server.seen.length, 1);
});

test("a resolver that fails or gives nonsense opens nothing, and the kind of address is ours", async () => {
  await using server = await webServer({ "/": page("here") });
  const url = `http://files.test:${server.port}/`;
  const answers: readonly (readonly [given: () => unknown, code: FetchFailure])[] = [
    [() => assert.fail("at once"), "dns"],
    [() => Promise.reject(new Error("later")), "dns"],
    [() => undefined, "dns"],
    [() => "127.0.0.1", "dns"],
    [() => [undefined], "dns"],
    [() => [{}], "address"],
    [() => [{ address: "127.0.0.1\0", family: 4 }], "address"],
    [() => [{ address: "127.1", family: 4 }], "address"],
    [() => [{ address: "::1", family: 4 }], "address"],
  ];
  for (const [given, code] of answers) {
    const error = await rejection(fetchUrl(url, { ...LOCAL, resolve: given as Resolver }));
    assert.equal(error.code, code, `${given}: ${error.message}`);
  }
  assert.equal(server.seen.length, 0);
  const resolve = (async () => [{ address: "127.0.0.1", family: 7 }]) as unknown as Resolver;
  assert.equal(await (await fetchUrl(url, { ...LOCAL, resolve })).text(), "here");
});

test("a name that resolves to another address the next time gains nothing", async () => {
  await using open = await webServer({ "/": page("open") });
  await using inner = await webServer(
    { "/": page("inner") },
    { host: "127.0.0.2", port: open.port },
  );
  const answers = ["127.0.0.1", "127.0.0.2"];
  let asked = 0;
  const resolve: Resolver = async () => {
    const address = answers[asked++ % 2] ?? "";
    return [{ address, family: 4 }];
  };
  const url = `http://rebinding.test:${open.port}/`;
  const first = await fetchUrl(url, { ...LOCAL, resolve });
  assert.equal(await first.text(), "open");
  assert.equal(asked, 1, "the connection goes to the address that was checked");
  assert.equal((await rejection(fetchUrl(url, { ...LOCAL, resolve }))).code, "address");
  assert.deepEqual([asked, inner.seen.length], [2, 0]);
});

test("no connection is kept for a fetch with other rules", async () => {
  await using server = await webServer({ "/": page("here") });
  await (await fetchUrl(server.origin, LOCAL)).bytes();
  assert.equal((await rejection(fetchUrl(server.origin))).code, "address");
});

test("no proxy is taken from the environment", async () => {
  await using server = await webServer({ "/": page("direct") });
  const source = `
    const { fetchUrl } = await import("@seabird-chat/sdk/fetch");
    const file = await fetchUrl("${server.origin}", { allowAddresses: ["127.0.0.1"] });
    console.log(await file.text());`;
  const proxy = "http://127.0.0.1:9";
  const env = { HTTP_PROXY: proxy, http_proxy: proxy, ALL_PROXY: proxy, NODE_USE_ENV_PROXY: "1" };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "-e", source],
    { env: { ...process.env, ...env } },
  );
  assert.equal(stdout.trim(), "direct");
});

/** Redirects of the SDK's fetcher: where they lead, and what is sent there. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type FetchFailure, type FetchOptions, fetchUrl } from "@seabird-chat/sdk/fetch";
import { LOCAL, page, redirect, rejection, resolvesTo } from "../support/fetches.ts";
import { webServer } from "../support/web-server.ts";

/** Where a redirect goes, and what comes of it. OTHER is a server that is not allowed. */
const REDIRECTS: readonly (readonly [location: string, code: FetchFailure, text: RegExp])[] = [
  ["http://127.0.0.2:OTHER/", "address", /"127.0.0.2" is an address that is not public/],
  ["http://localhost.:OTHER/", "address", /"localhost." resolves/],
  ["http://0x7f.2:OTHER/", "address", /"127.0.0.2"/],
  ["http://169.254.169.254/", "address", /linkLocal/],
  ["file:///etc/passwd", "scheme", /"file:"/],
  ["data:text/plain,x", "scheme", /"data:"/],
  ["http://user:secret@127.0.0.1:OTHER/", "credentials", /user name or password/],
  ["http://127.0.0.1:6667/", "port", /port 6667/],
  [`http://127.0.0.1/${"%".repeat(8_200)}`, "redirect", /no usable location/],
  [`http://${"a".repeat(255)}/`, "redirect", /no usable location/],
  ["//127.0.0.2:OTHER/", "address", /"127.0.0.2"/],
  ["\\\\127.0.0.2:OTHER\\", "address", /"127.0.0.2"/],
  ["http://[", "redirect", /redirects \(302\) to no usable location/],
  ["/again", "redirect", /more redirects than the 5 that are followed \(maxRedirects\)/],
  ["/nowhere", "http_status", /answered 404; expected 200 to 299/],
];

test("each redirect is checked like the first url", async () => {
  await using other = await webServer({ "/": page("secret") }, { host: "127.0.0.2" });
  const options: FetchOptions = { allowAddresses: ["127.0.0.1"], resolve: resolvesTo("127.0.0.2") };
  for (const [location, code, text] of REDIRECTS) {
    const target = location.replace("OTHER", String(other.port));
    await using server = await webServer({
      "/": redirect(target),
      "/again": redirect("/again", 307),
    });
    const error = await rejection(fetchUrl(server.origin, options));
    assert.equal(error.code, code, `${location}: ${error.message}`);
    assert.match(error.message, text);
    assert.equal(error.status, code === "http_status" ? 404 : undefined);
  }
  assert.deepEqual(other.seen, []);
});

test("redirects are followed, relative ones too, up to the limit", async () => {
  await using server = await webServer({
    "/a": redirect("b?x=1", 301),
    "/b": redirect("/c", 308),
    "/c": page("end"),
    "/empty": page("", {}, 302),
  });
  const file = await fetchUrl(`${server.origin}/a`, { ...LOCAL, maxRedirects: 2 });
  assert.deepEqual([await file.text(), file.url, file.name], ["end", `${server.origin}/c`, "c"]);
  const one = { ...LOCAL, maxRedirects: 1 };
  assert.equal((await rejection(fetchUrl(`${server.origin}/a`, one))).code, "redirect");
  const none = { ...LOCAL, maxRedirects: 0 };
  assert.equal((await rejection(fetchUrl(`${server.origin}/b`, none))).code, "redirect");
  assert.equal((await rejection(fetchUrl(`${server.origin}/empty`, LOCAL))).code, "redirect");
});

test("headers stay with their origin, but for harmless ones", async () => {
  await using other = await webServer({ "/": page("other") });
  await using server = await webServer({
    "/": redirect("/same"),
    "/same": redirect(`${other.origin}/`),
  });
  const headers = {
    Authorization: "Bearer secret",
    cookie: "a=secret",
    "x-api-key": "secret",
    "Accept-Language": "de",
    "User-Agent": "mine",
  };
  await (await fetchUrl(server.origin, { ...LOCAL, headers })).bytes();
  for (const { headers: sent } of server.seen) assert.equal(sent["x-api-key"], "secret");
  assert.equal(server.seen.length, 2);
  const got = other.seen[0]?.headers ?? {};
  assert.doesNotMatch(JSON.stringify(got), /secret/);
  assert.deepEqual([got["accept-language"], got["user-agent"]], ["de", "mine"]);
});

test("a body is not sent to where it is redirected", async () => {
  await using server = await webServer({
    "/see": redirect("/answer", 303),
    "/moved": redirect("/answer", 307),
    "/answer": page("answer"),
  });
  const post = { ...LOCAL, method: "POST", body: "order" } as const;
  assert.equal(await (await fetchUrl(`${server.origin}/see`, post)).text(), "answer");
  assert.deepEqual(
    server.seen.map(({ line }) => line),
    ["POST /see", "GET /answer"],
  );
  const moved = await rejection(fetchUrl(`${server.origin}/moved`, post));
  assert.equal(moved.code, "redirect");
  assert.match(moved.message, /redirects a POST \(307\), which is not sent twice/);
});

test("headers of a body stay behind with it", async () => {
  await using server = await webServer({
    "/see": redirect("/answer", 303),
    "/answer": page("answer"),
  });
  const headers = { "Content-Type": "text/plain", "content-length": "5", "x-key": "k" };
  const post = { ...LOCAL, method: "POST", body: "order", headers } as const;
  assert.equal(await (await fetchUrl(`${server.origin}/see`, post)).text(), "answer");
  const sent = server.seen[1]?.headers ?? {};
  assert.deepEqual(
    [sent["content-type"], sent["content-length"], sent["x-key"]],
    [undefined, undefined, "k"],
  );
});

/** Files of core behind nginx, set up as docs/behind-nginx.md tells. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { connectActions } from "@seabird-chat/sdk";
import { TOKENS } from "./core-process.ts";
import { front } from "./nginx-front.ts";
import { ask, post } from "./web.ts";

const DIGITS = "0123456789";

interface FileRow {
  readonly does: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  /** Those that have to come as core wrote them. */
  readonly answers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

const READS: readonly FileRow[] = [
  {
    does: "GET",
    status: 200,
    answers: {
      "content-type": "image/png",
      "content-length": "10",
      "x-content-type-options": "nosniff",
    },
    body: DIGITS,
  },
  { does: "HEAD", method: "HEAD", status: 200, answers: { "content-length": "10" }, body: "" },
  {
    does: "a range",
    headers: { range: "bytes=2-4" },
    status: 206,
    answers: { "content-range": "bytes 2-4/10", "content-length": "3" },
    body: "234",
  },
  {
    does: "a range beyond the end",
    headers: { range: "bytes=90-" },
    status: 416,
    answers: { "content-range": "bytes */10" },
    body: "range not satisfiable\n",
  },
  {
    does: "DELETE",
    method: "DELETE",
    status: 405,
    answers: { allow: "GET, HEAD" },
    body: "only GET\n",
  },
];

test("files through nginx: uploads over both ports, and every way to read them", async (context) => {
  const stage = await front(context);
  if (stage === undefined) return;
  const { nginx, ca } = stage;
  const plugin = connectActions({ url: nginx.h2c, token: TOKENS.plugin });
  context.after(() => plugin.close());
  const urlOf = async (bytes: Uint8Array): Promise<URL> => {
    const { inner } = await plugin.upload({ bytes, name: "digits.png" });
    assert.ok(inner.case === "attachment");
    return new URL(await plugin.attachmentUrl(inner.value));
  };
  const { pathname: path } = await urlOf(Buffer.from(DIGITS));
  const read = (method: string, headers: FileRow["headers"] = {}) =>
    ask({ url: nginx.tls, ca }, { method, path, headers });
  for (const { does, method = "GET", headers, status, answers, body } of READS) {
    const answer = await read(method, headers);
    assert.deepEqual([answer.status, answer.body.toString()], [status, body], does);
    for (const [name, value] of Object.entries(answers)) {
      assert.equal(answer.headers[name], value, `${does}: ${name}`);
    }
  }
  const { etag = "" } = (await read("GET")).headers;
  assert.equal((await read("GET", { "if-none-match": etag })).status, 304);

  // More than the buffers of nginx and of a connection hold.
  const large = Buffer.alloc(8 * 1_048_576, DIGITS);
  const { pathname } = await urlOf(large);
  const back = await ask({ url: nginx.tls, ca }, { method: "GET", path: pathname });
  assert.ok(back.body.equals(large));
});

test("an upload over HTTP/1.1 and TLS through nginx, works once", async (context) => {
  const stage = await front(context);
  if (stage === undefined) return;
  const target = { url: stage.nginx.tls, token: TOKENS.plugin, ca: stage.ca };
  const bytes = Buffer.alloc(1_048_576, DIGITS);
  const about = JSON.stringify({ size: String(bytes.length), name: "digits.txt" });
  const create = "/seabird.messages.v1.Media/CreateUpload";
  const announced = await post(target, create, "application/json", about);
  const { uploadUrl } = JSON.parse(announced.body.toString());
  const put = (body: Buffer) => ask(target, { method: "PUT", path: uploadUrl, body });
  assert.equal((await put(bytes)).status, 204);
  const again = await put(bytes);
  assert.equal(again.status, 404, again.body.toString());
});

/** The manual's page for curl, Python and other languages, executed: every call and program of it. */
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type DescMethodUnary, fromJsonString, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type ChatEventSchema,
  channelConversation,
  Messages,
  Seabird,
  Support,
} from "@seabird-chat/protocol";
import { startCore, type TestCore } from "../support/core.ts";
import { RawClient } from "../support/grpc-client.ts";
import { RawBackend } from "../support/raw-backend.ts";
import { needPrograms } from "../support/servers.ts";
import { until } from "../support/until.ts";

type Inner = NonNullable<MessageInitShape<typeof ChatEventSchema>["inner"]>;

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PAGE = await readFile(join(ROOT, "docs/other-languages.md"), "utf8");
const USUAL = "localhost:11235";
/** What needs a network of packages, or another program than curl. */
const LEFT_OUT = [/^npx /m, /^python3 -m venv/m];
const METHODS = new Map<string, DescMethodUnary>();
for (const service of [Seabird, Messages]) {
  for (const method of service.methods) {
    if (method.methodKind !== "unary") continue;
    METHODS.set(`${service.typeName}/${method.name}`, method as DescMethodUnary);
  }
}

const run = promisify(execFile);
const CHANNEL = "#mybot";
const ann = { id: "ann", displayName: "Ann" };
const everything = ["message_ids", "edit", "delete", "react", "members"];

function blocks(language: string): string[] {
  return [...PAGE.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, "g"))].map(
    ([, code = ""]) => code,
  );
}

interface World {
  readonly core: TestCore;
  readonly backend: RawBackend;
  /** The programs' folder, with `pybot.token`. */
  readonly cwd: string;
}

async function world(t: TestContext, features: readonly string[] = everything): Promise<World> {
  const core = await startCore({}, t);
  const token = await core.token(["plugin", "backend:*/*"], "pybot");
  const backend = new RawBackend(new RawClient(core.url, { token }));
  t.after(() => backend.close());
  let id = 0;
  backend.respond = ({ inner }) => {
    if (inner.case === "listMembers")
      return { case: "members", value: { members: [{ user: ann }] } };
    if (inner.case !== "sendMessage") return { case: "success", value: {} };
    id += 1;
    return { case: "success", value: { result: { messageIds: [`m${id}`] } } };
  };
  const capabilities = {
    features: Object.fromEntries(features.map((name) => [name, Support.FULL])),
  };
  const backendInfo = { type: "irc", id: "libera" };
  backend.send({ inner: { case: "hello", value: { backendInfo, capabilities } } });
  backend.join(CHANNEL);
  await until("the channel", () => core.core.broker.stats().channels === 1);
  const cwd = await mkdtemp(join(tmpdir(), "seabird-page-"));
  t.after(() => rm(cwd, { recursive: true, force: true }));
  await writeFile(join(cwd, "pybot.token"), token);
  return { core, backend, cwd };
}

const asked = ({ backend }: World) => backend.requests.map(({ inner }) => inner);

test("each call by curl is a request of its method, and is answered in the method's words", async (t) => {
  const there = await world(t);
  const code = blocks("sh").filter((block) => !LEFT_OUT.some((what) => what.test(block)));
  const stream = code.findIndex((block) => block.includes("StreamEvents"));
  assert.ok(stream > 0);
  const [events = ""] = code.splice(stream, 1);
  const calls = code.join("\n");
  const bodies = [
    ...calls.matchAll(/call (\w+) '([^']*)'|-d '([^']*)' \\\n *\S+?([\w.]+\/\w+)$/gm),
  ];
  assert.equal(bodies.length, calls.match(/^call \w+ |^curl /gm)?.length);
  const methods = bodies.map(([, name, json = "", other = "", path]) => {
    const method = METHODS.get(path ?? `seabird.Seabird/${name}`);
    assert.ok(method !== undefined, `${path ?? name} is no method`);
    fromJsonString(method.input, json || other);
    return method;
  });
  const stdout = await shell(
    there,
    calls.replaceAll(/^(call \w+ '[^']*'|curl [\s\S]*?[^\\])$/gm, "$1; echo"),
  );
  const answers = stdout.split("\n").filter((line) => line !== "");
  assert.equal(answers.length, methods.length, stdout);
  for (const [at, method] of methods.entries()) {
    assert.ok(!answers[at]?.includes('"code"'), answers[at]);
    fromJsonString(method.output, answers[at] ?? "");
  }
  assert.match(stdout, /"sequence":"\d+"/);
  assert.deepEqual(
    asked(there).map((inner) => inner.case),
    ["sendMessage", "sendPrivateMessage", "react", "sendMessage"],
  );
  const heard = spawn("bash", ["-c", local(there.core, events)], { cwd: there.cwd });
  t.after(() => heard.kill());
  await until("the stream", () => there.core.core.broker.stats().eventStreams === 1);
  const came = once(heard.stdout, "data", { signal: AbortSignal.timeout(10_000) });
  there.backend.say(CHANNEL, "over");
  assert.match(String(await came), /^\0{3}..\{"message":\{.*"text":"over"/s);
});

for (const { what, answer, request } of refusals()) {
  test(`the page says how core answers ${what}`, async (t) => {
    const { core, cwd } = await world(t);
    const token = await readFile(join(cwd, "pybot.token"), "utf8");
    const { authorization } = { authorization: `Bearer ${token}`, ...request };
    const response = await fetch(`${core.url}/seabird.Seabird/${request.method ?? "SendMessage"}`, {
      method: request.verb ?? "POST",
      headers: {
        ...(authorization === undefined ? {} : { authorization }),
        ...(request.isUntyped ? {} : { "content-type": "application/json" }),
      },
      // As bytes: fetch gives a text a type.
      ...(request.verb === "GET" ? {} : { body: new TextEncoder().encode(request.body ?? "{}") }),
    });
    const body = await response.text();
    const [status, code, message] =
      /^(\d+)(?: `(\w+)`(?:: `([^`]+)`)?)?/.exec(answer)?.slice(1) ?? [];
    assert.equal(response.status, Number(status), body);
    if (code === undefined) return;
    const error = JSON.parse(body) as { code: string; message: string };
    assert.equal(error.code, code);
    if (message !== undefined) assert.equal(error.message, message);
  });
}

interface RefusedRequest {
  readonly verb?: "GET";
  readonly method?: string;
  /** Default: a token that may. Undefined: none. */
  readonly authorization?: string | undefined;
  readonly body?: string;
  /** Without a content type. */
  readonly isUntyped?: boolean;
}

/** Rows of the page's table of errors, with what causes them. A row without a cause fails. */
function refusals() {
  const causes: Readonly<Record<string, RefusedRequest>> = {
    "no token": { authorization: undefined },
    "an unknown token": { authorization: "Bearer unknown" },
    "an id that is none, such as `#mybot`": { body: '{"channelId":"#mybot","text":"x"}' },
    "a backend that is not connected": { body: '{"channelId":"irc://gone/c","text":"x"}' },
    "text that is not JSON, or a field of the wrong type": { body: '{"text":' },
    "a stream without `application/connect+json`": { method: "StreamEvents" },
    "no `content-type`": { isUntyped: true },
    GET: { verb: "GET" },
  };
  // These need a token, or a network, of another kind; `protocol-rows.test.ts` has them.
  const elsewhere = ["a token without the scope", "a channel that the network refuses"];
  const table = PAGE.slice(PAGE.indexOf("| you did | answer |")).split("\n\n", 1)[0] ?? "";
  const rows = table
    .split("\n")
    .slice(2)
    .map((row) => row.split("|").map((cell) => cell.trim()));
  return rows
    .map(([, what = "", answer = ""]) => ({ what, answer, request: causes[what] }))
    .filter(({ what }) => !elsewhere.includes(what))
    .map(({ what, answer, request }) => {
      assert.ok(request !== undefined, `no cause of ${what}`);
      return { what, answer, request };
    });
}

test("the bot in Python answers its command", async (t) => {
  const there = await world(t);
  const bot = await python(t, there, "bot.py");
  if (bot === undefined) return;
  await until("the bot's stream", () => there.core.core.broker.stats().eventStreams === 1);
  const source = { channelId: CHANNEL, user: ann };
  say(there, { case: "command", value: { source, command: "py", arg: "hello" } });
  await until("an answer", () => there.backend.requests.length === 1);
  const [inner] = asked(there);
  assert.ok(inner?.case === "sendMessage");
  assert.equal(inner.value.text, "you wrote: hello");
  assert.equal(inner.value.rootBlock?.inner.case, "container");
});

test("the poll in Python reacts, edits, lists and deletes by the service of messages", async (t) => {
  const there = await world(t);
  const poll = await python(t, there, "poll.py");
  if (poll === undefined) return;
  await until("the poll's stream", () => there.core.core.broker.stats().eventStreams === 1);
  const conversation = channelConversation(CHANNEL);
  const emoji = { text: "🍵" };
  const reaction = { conversation, messageId: "m1", user: ann, emoji };
  say(there, { case: "reaction", value: { ...reaction, messageId: "another" } });
  say(there, { case: "reaction", value: reaction });
  await until("an edit", () => there.backend.requests.length === 4);
  say(there, { case: "reaction", value: { ...reaction, removed: true } });
  await until("a second edit", () => there.backend.requests.length === 5);
  const source = { channelId: CHANNEL, user: ann };
  say(there, { case: "command", value: { source, command: "done" } });
  assert.deepEqual(await poll.ended, { code: 0, output: "" });
  const seen = asked(there).map(({ case: what, value }) => {
    const { text: words, messageIds, messageId, emoji: which } = value as Record<string, unknown>;
    const shown = (which as { text?: string } | undefined)?.text;
    return [what, words ?? shown, messageIds ?? messageId];
  });
  const question = "Tea, all 1 of you?";
  assert.deepEqual(seen, [
    ["listMembers", undefined, undefined],
    ["sendMessage", question, undefined],
    ["react", "🍵", "m1"],
    ["editMessage", `${question} 1 so far`, ["m1"]],
    ["editMessage", `${question} 0 so far`, ["m1"]],
    ["deleteMessages", undefined, ["m1"]],
  ]);
});

test("the poll in Python says what its channel lacks", async (t) => {
  const there = await world(t, ["message_ids", "edit"]);
  const poll = await python(t, there, "poll.py");
  if (poll === undefined) return;
  const output = "irc://libera/%23mybot cannot do this: delete, react\n";
  assert.deepEqual(await poll.ended, { code: 1, output });
});

/** Starts a program of the page beside the code that its own command generates. */
async function python(t: TestContext, { core, cwd }: World, name: "bot.py" | "poll.py") {
  const tools = needPrograms(t, "python3", "protoc", "grpc_python_plugin");
  if (tools === undefined) return undefined;
  const command = blocks("sh").find((block) => block.includes("grpc_tools.protoc")) ?? "";
  const args =
    command
      .split("grpc_tools.protoc")[1]
      ?.split(/[\s\\]+/)
      .filter(Boolean) ?? [];
  const from = args.map((arg) => (arg === "protocol/proto" ? join(ROOT, arg) : arg));
  const plugin = `--plugin=protoc-gen-grpc_python=${tools.grpc_python_plugin}`;
  await run(tools.protoc, [plugin, ...from], { cwd });
  const code = blocks("python")[name === "bot.py" ? 0 : 1] ?? "";
  assert.ok(PAGE.includes(`\`${name}\``));
  await writeFile(join(cwd, name), code.replaceAll(USUAL, new URL(core.url).host));
  const child = spawn(tools.python3, [name], { cwd, stdio: ["ignore", "ignore", "pipe"] });
  t.after(() => child.kill());
  return { ended: ended(child) };
}

async function ended(child: ChildProcess) {
  assert.ok(child.stderr !== null);
  const [output, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
  return { code: code as number, output };
}

function say({ backend }: World, inner: Inner): void {
  backend.send({ inner });
}

const local = (core: TestCore, script: string) => script.replaceAll(USUAL, new URL(core.url).host);

async function shell({ core, cwd }: World, script: string): Promise<string> {
  const { stdout } = await run("bash", ["-euc", local(core, script)], { cwd, timeout: 30_000 });
  return stdout;
}

/** The terminal's side: lines in, lines out, and a prompt that nothing disturbs. */
import assert from "node:assert/strict";
import { PassThrough, Readable } from "node:stream";
import { text as readAll } from "node:stream/consumers";
import { test } from "node:test";
import { FakeTerminal } from "../test/fake-terminal.ts";
import { Connection } from "./connection.ts";

const never = new AbortController().signal;
const settled = () => new Promise(setImmediate);

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

test("what comes in while somebody types appears above the prompt", async () => {
  const terminal = new FakeTerminal({ columns: 20 });
  const connection = new Connection(terminal);
  assert.equal(connection.isInteractive, true);
  const lines = collect(connection.lines(never));
  connection.show(["welcome"]);
  connection.prompt("#t> ");
  terminal.type("hel");
  await settled();
  connection.show(["<bot> one", "  two"]);
  assert.deepEqual(terminal.screen, ["welcome", "<bot> one", "  two", "#t> hel"]);
  terminal.type("lo\r");
  await settled();
  connection.prompt("#t> ");
  assert.deepEqual(terminal.screen.slice(3), ["#t> hello", "#t>"]);
  connection.close();
  assert.deepEqual(await lines, ["hello"]);
});

test("the byte order mark before a script is no text, one within it is", async () => {
  const rows = [
    ["\uFEFF!ping\r\n!help\n", ["!ping", "!help"]],
    ["!ping\n\uFEFF!help\n", ["!ping", "\uFEFF!help"]],
    ["\uFEFF", [""]],
    ["", []],
  ] as const;
  for (const [script, expected] of rows) {
    const connection = new Connection({
      input: Readable.from([script]),
      output: new PassThrough(),
    });
    assert.deepEqual(await collect(connection.lines(never)), expected);
  }
});

test("a line that wraps is moved as a whole, wherever the cursor is", async () => {
  const terminal = new FakeTerminal({ columns: 10 });
  const connection = new Connection(terminal);
  void collect(connection.lines(never));
  connection.prompt("> ");
  terminal.type("aaaaaaaabbbbbbbbbbcc");
  await settled();
  assert.deepEqual(terminal.screen, ["> aaaaaaaa", "bbbbbbbbbb", "cc"]);
  connection.show(["first"]);
  connection.show(["second"]);
  assert.deepEqual(terminal.screen, ["first", "second", "> aaaaaaaa", "bbbbbbbbbb", "cc"]);
  terminal.type("\x1b[H");
  await settled();
  connection.show(["third"]);
  assert.deepEqual(terminal.screen.slice(1, 4), ["second", "third", "> aaaaaaaa"]);
  terminal.type("X");
  await settled();
  assert.deepEqual(terminal.screen.slice(3), ["> Xaaaaaaa", "abbbbbbbbb", "bcc"]);
  connection.close();
});

test("a message is drawn again in its place, and what is typed stays", async () => {
  const terminal = new FakeTerminal({ columns: 20, rows: 6 });
  const connection = new Connection(terminal);
  const read = collect(connection.lines(never));
  connection.prompt("> ");
  connection.show(["<bot> one"], 1);
  terminal.type("hello\r");
  await settled();
  connection.keyOfRead(2);
  connection.prompt("> ");
  terminal.type("hal");
  await settled();
  assert.equal(connection.replace(1, ["<bot> ONE", "  [x]"]), true);
  assert.deepEqual(terminal.screen, ["<bot> ONE", "  [x]", "> hello", "> hal"]);
  assert.equal(connection.replace(2, ["<ann> hi (edited)"]), true);
  assert.equal(connection.replace(1, ["<bot> 1"]), true);
  assert.deepEqual(terminal.screen, ["<bot> 1", "<ann> hi (edited)", "> hal"]);
  terminal.type("f\r");
  await settled();
  connection.prompt("> ");
  assert.deepEqual(terminal.screen, ["<bot> 1", "<ann> hi (edited)", "> half", ">"]);
  assert.equal(connection.replace(3, ["none"]), false);
  terminal.output.emit("resize");
  assert.equal(connection.replace(1, ["none"]), false);
  connection.close();
  assert.equal(connection.replace(1, ["none"]), false);
  assert.deepEqual(await read, ["hello", "half"]);
});

test("several lines that were typed at once have their own places", async () => {
  const terminal = new FakeTerminal();
  const connection = new Connection(terminal);
  const read = (async () => {
    let key = 0;
    for await (const line of connection.lines(never)) {
      key += 1;
      connection.keyOfRead(key);
      assert.equal(connection.replace(key, [line.toUpperCase()]), true);
      if (key === 2) connection.close();
    }
  })();
  connection.prompt("> ");
  terminal.type("one\rtwo\r");
  await read;
  assert.deepEqual(terminal.screen.slice(0, 2), ["ONE", "TWO"]);
});

test("a terminal that knows no control sequences gets none", async (t) => {
  const { TERM } = process.env;
  process.env["TERM"] = "dumb";
  t.after(() => {
    if (TERM === undefined) delete process.env["TERM"];
    else process.env["TERM"] = TERM;
  });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  const { input } = new FakeTerminal();
  const connection = new Connection({ input, output, isDumb: true });
  const lines = collect(connection.lines(never));
  connection.show(["welcome"]);
  connection.prompt("> ");
  input.write("hel");
  await settled();
  connection.show(["<bot> one"]);
  input.write("lo\r");
  await settled();
  connection.show(["two"]);
  connection.prompt("> ");
  connection.close();
  output.end();
  assert.deepEqual(await lines, ["hello"]);
  const shown = (await readAll(output)).replaceAll("\r", "");
  assert.equal(shown, "welcome\n> hel\n<bot> one\n> hello\ntwo\n> \n> \n");
});

test("Ctrl-C and an output that is gone are told", async () => {
  const terminal = new FakeTerminal();
  const connection = new Connection(terminal);
  terminal.type("\x03");
  await settled();
  assert.equal(connection.gone.aborted, true);
  connection.close();
  connection.close();
  const output = new PassThrough();
  const piped = new Connection({ input: Readable.from([]), output });
  output.destroy(new Error("EPIPE"));
  await settled();
  assert.equal(piped.gone.aborted, true);
  piped.close();
});

test("a script's lines wait until they are asked for, and none is lost", async () => {
  const output = new PassThrough();
  const input = new PassThrough();
  const connection = new Connection({ input, output });
  assert.equal(connection.isInteractive, false);
  input.end("one\ntwo\r\nthree");
  await settled();
  assert.deepEqual(await collect(connection.lines(never)), ["one", "two", "three"]);
  connection.prompt("> ");
  connection.show(["shown"]);
  connection.close();
  output.end();
  assert.equal(await readAll(output), "shown\n");
});

test("an aborted signal ends the lines", async () => {
  const connection = new Connection({ input: new PassThrough(), output: new PassThrough() });
  const stop = new AbortController();
  const lines = collect(connection.lines(stop.signal));
  await settled();
  stop.abort();
  assert.deepEqual(await lines, []);
  assert.deepEqual(await collect(connection.lines(AbortSignal.abort())), []);
});

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseEnv } from "node:util";
import fc from "fast-check";
import { DotEnvError, MAX_DOTENV_BYTES, parseDotEnv, readDotEnv } from "./dotenv.ts";

test("lines, quotes, comments and line ends are read as one expects", () => {
  const rows: readonly (readonly [text: string, expected: object])[] = [
    ["", {}],
    ["\n  \n# a comment\n", {}],
    ["A=1", { A: "1" }],
    ["A=1\nB=2\n", { A: "1", B: "2" }],
    ["A=1\r\nB=2\r\n", { A: "1", B: "2" }],
    ["\uFEFFA=1", { A: "1" }],
    ["\uFEFF# comment\nA=1", { A: "1" }],
    ["  export A = 1  ", { A: "1" }],
    ["A=\nB=2", { A: "", B: "2" }],
    ["A=1\nA=2", { A: "2" }],
    ["A='x # y'  # a comment", { A: "x # y" }],
    ['A="one\ntwo"\nB=3', { A: "one\ntwo", B: "3" }],
    ['A="one\\ntwo"', { A: "one\ntwo" }],
    ["A='one\\ntwo'", { A: "one\\ntwo" }],
    ['A=`"it\'s"`', { A: '"it\'s"' }],
    ["A=x=y", { A: "x=y" }],
    ['A={"b":["c d"]}', { A: '{"b":["c d"]}' }],
    ["__proto__=1", { ["__proto__"]: "1" }],
  ];
  for (const [text, expected] of rows) {
    assert.deepEqual({ ...parseDotEnv(text) }, expected, JSON.stringify(text));
  }
});

test("a value with # is taken whole, where Node's own reader cuts it", () => {
  assert.equal(parseEnv("SRV_PASS=sec#ret")["SRV_PASS"], "sec");
  for (const value of ["sec#ret", "#ret", "a##", "x#y z"]) {
    assert.equal(parseDotEnv(`SRV_PASS=${value}`)["SRV_PASS"], value);
  }
});

test("what could be read in two ways is refused by file, line and name, without the value", () => {
  const rows: readonly (readonly [text: string, message: RegExp])[] = [
    ["A=1\nB=s3cret # why", /^\.env, line 2: the value of B holds a blank and #; quote it, B="…"/],
    ["B=s3cret\t#why", /^\.env, line 1: the value of B holds a blank and #/],
    ["B= # s3cret", /^\.env, line 1: the value of B holds a blank and #/],
    ["\nB='s3cret", /^\.env, line 2: the value of B begins with a quote that is never closed/],
    ['B="s3cret" s3cret', /^\.env, line 1: the value of B goes on behind its closing quote/],
    ["A='1\n2'\ns3cret", /^\.env, line 3: write NAME=value, or # before a comment/],
    ["B: s3cret", /^\.env, line 1: write NAME=value/],
    ["=s3cret", /^\.env, line 1: write NAME=value/],
  ];
  for (const [text, message] of rows) {
    assert.throws(
      () => parseDotEnv(text),
      (error) => {
        assert.ok(error instanceof Error);
        assert.match(error.message, message);
        return !error.message.includes("s3cret");
      },
      text,
    );
  }
});

test("all lines that cannot be read are told, what is right between them is skipped", () => {
  const text = "A=1\nB=x # y\nC=2\nD='x' y\n: no\nE='never closed\nF=3\n= x\n";
  const problems = [
    [2, /^the value of B holds a blank/],
    [4, /^the value of D goes on behind/],
    [5, /^write NAME=value/],
    [6, /^the value of E begins with a quote/],
    [8, /^write NAME=value/],
  ] as const;
  assert.throws(
    () => parseDotEnv(text),
    (error) => {
      assert.ok(error instanceof DotEnvError);
      assert.deepEqual(
        error.problems.map(({ line }) => line),
        problems.map(([line]) => line),
      );
      for (const [index, [, words]] of problems.entries()) {
        assert.match(error.problems[index]?.message ?? "", words);
      }
      return /^\.env, line 2: .*; line 4: .*; line 8: /.test(error.message);
    },
  );
  assert.throws(() => parseDotEnv("?\n".repeat(30)), /; line 21: and 10 more from here on$/);
});

test("without # and quotes within values it reads what Node's own reader does", () => {
  const name = fc.stringMatching(/^[A-Za-z_]\w{0,9}$/);
  const value = fc.oneof(
    fc.stringMatching(/^[\w.,:;/=+-]{0,20}$/),
    fc.stringMatching(/^"[\w #'\n.]{0,20}"$/),
    fc.stringMatching(/^'[\w #"\n.]{0,20}'$/),
  );
  const lines = fc.array(fc.tuple(name, value), { maxLength: 8 });
  fc.assert(
    fc.property(lines, (rows) => {
      const text = rows.map(([key, given]) => `${key}=${given}`).join("\n");
      assert.deepEqual({ ...parseDotEnv(text) }, { ...parseEnv(text) });
    }),
  );
});

test("any text is read or refused, at once", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      try {
        parseDotEnv(text);
      } catch (error) {
        assert.match((error as Error).message, /^\.env, line \d+: /);
      }
    }),
  );
});

test("a folder without .env has no variables; one that cannot be read says why", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "seabird-dotenv-"));
  t.after(() => rmSync(folder, { recursive: true }));
  assert.deepEqual(readDotEnv(folder), {});
  const path = join(folder, ".env");
  writeFileSync(path, "\uFEFFA=1\n");
  assert.deepEqual({ ...readDotEnv(folder) }, { A: "1" });
  writeFileSync(path, Buffer.from("\uFEFFA=1\n", "utf16le"));
  assert.throws(() => readDotEnv(folder), {
    message: `${path} is not UTF-8 text; save it as UTF-8`,
  });
  writeFileSync(path, "#".repeat(MAX_DOTENV_BYTES + 1));
  assert.throws(() => readDotEnv(folder), /\.env is larger than 1048576 bytes/);
  if (process.getuid?.() !== 0) {
    chmodSync(path, 0);
    assert.throws(() => readDotEnv(folder), /cannot read .*\.env: permission denied/);
  }
  rmSync(path);
  mkdirSync(path);
  assert.throws(() => readDotEnv(folder), /\.env is not a file/);
});

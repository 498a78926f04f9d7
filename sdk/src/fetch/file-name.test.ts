import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fileName } from "./file-name.ts";

/** The header, the url's path, the name. */
const NAMES: readonly (readonly [header: string | null, path: string, name: string])[] = [
  [null, "/a/cat.png", "cat.png"],
  [null, "/a/cat%20picture.png?size=1", "cat picture.png"],
  [null, "/", "file"],
  [null, "/a/..%2F..%2Fetc%2Fpasswd", "passwd"],
  [null, "/%E0%A4%A", "file"],
  [null, "/a/", "a"],
  ["inline", "/cat.png", "cat.png"],
  ['attachment; filename="dog.png"', "/cat.png", "dog.png"],
  ["attachment; filename=dog.png", "/cat.png", "dog.png"],
  ["attachment; filename=dog.png; filename*=UTF-8''h%C3%BCnd.png", "/", "hünd.png"],
  ['attachment; filename="a\\"b.png"', "/", "a_b.png"],
  ['attachment; filename="../../etc/passwd"', "/", "passwd"],
  ['attachment; filename="C:\\\\temp\\\\x.exe"', "/", "x.exe"],
  ["attachment; filename*=UTF-8''..%2F.bashrc", "/", "bashrc"],
  ["attachment; filename*=UTF-8''a%00b%0A.png", "/", "ab.png"],
  ["attachment; filename*=UTF-8''cat%E2%80%AEgnp.exe", "/", "catgnp.exe"],
  ['attachment; filename="..."', "/cat.png", "cat.png"],
  ['attachment; filename="con.txt"', "/", "_con.txt"],
  ['attachment; filename="LPT1"', "/", "_LPT1"],
  ['attachment; filename="nul  .png"', "/", "_nul  .png"],
  ['attachment; filename="CONIN$"', "/", "_CONIN$"],
  ['attachment; filename="\xc3\xbc.png"', "/", "ü.png"],
  ['attachment; filename="\xfc.png"', "/", "ü.png"],
  ["attachment; filename*=UTF-8''%E3%85%A4%E2%A0%80%EF%B8%8F", "/cat.png", "cat.png"],
  [`attachment; filename="${"a".repeat(127)}. ${"b".repeat(20)}"`, "/", "a".repeat(127)],
  [`attachment; filename="a${" ".repeat(15_000)}b"`, "/", "a"],
  ['attachment; filename="console.txt"', "/", "console.txt"],
  ['attachment; filename="a<b>:|?*.txt"', "/", "a_b_____.txt"],
  ['attachment; filename="x.txt. . "', "/", "x.txt"],
  ['attachment; filename="', "/cat.png", "cat.png"],
  [`attachment; filename="${"a".repeat(300)}.png"`, "/", `${"a".repeat(124)}.png`],
  [`attachment; filename*=UTF-8''${"%C3%BC".repeat(100)}.png`, "/", `${"ü".repeat(62)}.png`],
];

test("the name of a file is the header's or the url's, and safe", () => {
  for (const [header, path, name] of NAMES) {
    assert.equal(fileName(header, new URL(path, "https://example.org")), name, header ?? path);
  }
});

test("whatever a server says, the name is one of a file, and no other", () => {
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: fc.constantFrom("a", ".", " ", "ü", "/"), minLength: 60, maxLength: 300 }),
  );
  fc.assert(
    fc.property(texts, fc.boolean(), (text, isEncoded) => {
      const value = isEncoded ? encodeURIComponent(text.toWellFormed()) : text;
      const header = isEncoded ? `attachment; filename*=UTF-8''${value}` : `a; filename="${value}"`;
      const name = fileName(header, new URL("https://example.org"));
      assert.ok(Buffer.byteLength(name) <= 128);
      assert.match(name, /^[^\s.\p{C}/\\]([^\p{C}/\\]*[^\s.\p{C}/\\])?$/u);
    }),
  );
});

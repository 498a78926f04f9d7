/** How files are named and served: ranges, headers, names in urls. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type ByteRange, readRange } from "./byte-range.ts";
import { fileHeaders } from "./file-headers.ts";
import { isContentType, pathOfFile, safeName } from "./file-url.ts";
import type { StoredFile } from "./stored-file.ts";

const SIZE = 100;
const HUGE = "9".repeat(20);
const LAST = SIZE - 1;

const RANGES: readonly [header: string | undefined, expected: ReturnType<typeof readRange>][] = [
  [undefined, undefined],
  ["", undefined],
  ["bytes=0-0", { from: 0, to: 0 }],
  ["bytes=5-9", { from: 5, to: 9 }],
  ["Bytes=5-", { from: 5, to: LAST }],
  ["bytes=-1", { from: LAST, to: LAST }],
  ["bytes=-1000", { from: 0, to: LAST }],
  ["bytes=99-99999", { from: LAST, to: LAST }],
  [`bytes=0-${HUGE}`, { from: 0, to: LAST }],
  [`bytes=-${HUGE}`, { from: 0, to: LAST }],
  ["bytes=100-", "unsatisfiable"],
  [`bytes=${HUGE}-`, "unsatisfiable"],
  ["bytes=-0", "unsatisfiable"],
  ["bytes=9-5", undefined],
  ["bytes=-", undefined],
  ["bytes=a-b", undefined],
  ["bytes=0-1,3-4", undefined],
  ["lines=0-1", undefined],
  [`bytes=${"9".repeat(4_000)}-`, undefined],
];

suite("ranges", () => {
  for (const [header, expected] of RANGES) {
    test(`${header?.slice(0, 40)}`, () => assert.deepEqual(readRange(header, SIZE), expected));
  }

  test("every range lies in the file", () => {
    for (const size of [0, 1, 2, 1_000]) {
      for (const first of ["", "0", "1", "999", "1000", HUGE]) {
        for (const last of ["", "0", "1", "999", "1000", HUGE]) {
          const range = readRange(`bytes=${first}-${last}`, size);
          if (range === undefined || range === "unsatisfiable") continue;
          const { from, to }: ByteRange = range;
          assert.ok(0 <= from && from <= to && to < size, `${first}-${last} of ${size}`);
        }
      }
    }
  });
});

function headersOf(contentType: string, name = "a"): Record<string, string> {
  const times = { size: 1, sha256: "ab", storedAtMs: 0, isPrivate: false };
  const file: StoredFile = { key: "k", attachmentId: "a", name, contentType, ...times };
  return fileHeaders(file, 60);
}

suite("headers", () => {
  const SHOWN = [
    "image/png",
    "IMAGE/PNG",
    "image/jpeg; q=1",
    "audio/ogg",
    "video/mp4",
    "text/plain",
  ];
  for (const type of SHOWN) {
    test(`${type} is shown in place`, () => {
      assert.match(headersOf(type)["content-disposition"] ?? "", /^inline;/);
    });
  }

  const DANGEROUS = [
    "text/html",
    "TEXT/HTML; charset=utf-8",
    "image/svg+xml",
    "application/xhtml+xml",
    "text/xml",
    "application/javascript",
    "application/pdf",
    "multipart/form-data",
    "x/y",
    "",
    "image/png, text/html",
    "image/pngtext/html",
  ];
  for (const type of DANGEROUS) {
    test(`${type || "no type"} is a download without its type`, () => {
      const headers = headersOf(type);
      assert.match(headers["content-disposition"] ?? "", /^attachment;/);
      assert.equal(headers["content-type"], "application/octet-stream");
    });
  }

  test("each file has the headers that keep a browser from running it", () => {
    const headers = headersOf("image/png");
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.match(headers["content-security-policy"] ?? "", /^sandbox; default-src 'none'/);
    assert.equal(headers["etag"], '"ab"');
  });

  test("a text has a character set, whatever it said itself", () => {
    const type = headersOf("text/plain; charset=utf-7")["content-type"];
    assert.equal(type, "text/plain; charset=utf-8");
  });

  test("names are quoted and encoded, and add no header", () => {
    const NAMES: readonly [name: string, expected: string][] = [
      ["cat.png", `inline; filename="cat.png"; filename*=UTF-8''cat.png`],
      ['a"b\\c', `inline; filename="a_b_c"; filename*=UTF-8''a%22b%5Cc`],
      ["é'(*).png", `inline; filename="_'(*).png"; filename*=UTF-8''%C3%A9%27%28%2A%29.png`],
      ["\ud800", `inline; filename="_"; filename*=UTF-8''%EF%BF%BD`],
      ["", "inline"],
    ];
    for (const [name, expected] of NAMES) {
      const disposition = headersOf("image/png", name)["content-disposition"];
      assert.equal(disposition, expected);
      assert.doesNotMatch(disposition ?? "", /[\r\n]/);
    }
  });
});

suite("names", () => {
  const NAMES: readonly [given: string, safe: string, inUrl: string][] = [
    ["cat.png", "cat.png", "cat.png"],
    ["../../etc/passwd", "passwd", "passwd"],
    ["..\\..\\boot.ini", "boot.ini", "boot.ini"],
    ["..", "..", "file"],
    [".htaccess", ".htaccess", "htaccess"],
    ["a b (1).png", "a b (1).png", "a_b_1_.png"],
    ["a\r\nSet-Cookie: x", "aSet-Cookie: x", "aSet-Cookie_x"],
    ["a\u0000b\u202egnp.exe", "abgnp.exe", "abgnp.exe"],
    ["%2e%2e%2f", "%2e%2e%2f", "2e_2e_2f"],
    ["写真.png", "写真.png", "png"],
    ["", "", "file"],
    ["/", "", "file"],
  ];
  for (const [given, safe, inUrl] of NAMES) {
    test(JSON.stringify(given), () => {
      assert.equal(safeName(given, 255), safe);
      const url = pathOfFile("KEY", safeName(given, 255)).replace("/media/KEY/", "");
      assert.equal(url.replace(/^_+/, ""), inUrl);
    });
  }

  test("a long name keeps its end in a url, and is cut at a character elsewhere", () => {
    assert.match(pathOfFile("KEY", `${"a".repeat(300)}.png`), /^\/media\/KEY\/a{60}\.png$/);
    assert.equal(Buffer.byteLength(safeName("é".repeat(300), 255)), 254);
  });

  test("a media type is a type, a subtype and parameters, and nothing else", () => {
    for (const type of ["image/png", "text/plain; charset=utf-8", 'a/b;c="d e"']) {
      assert.ok(isContentType(type, 255), type);
    }
    const bad = ["", "png", "image/", "/png", "a/b\r\nx: y", "a b/c", "a/b;", 'a/b;c="', "a/b; c"];
    for (const type of bad) assert.ok(!isContentType(type, 255), type);
  });
});

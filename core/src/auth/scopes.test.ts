import assert from "node:assert/strict";
import { test } from "node:test";
import { checkScopes, checkTokenName, principalOf } from "./scopes.ts";
import { TokenError } from "./token-error.ts";

function principal(...scopes: string[]) {
  return principalOf({
    id: "1",
    name: "x",
    hash: "",
    scopes,
    createdAtMs: 0,
    lastUsedAtMs: undefined,
    expiresAtMs: undefined,
    revokedAtMs: undefined,
    origin: "stored",
  });
}

test("names that may be given", () => {
  for (const name of [
    "a",
    "my bot",
    "ünïcode",
    "🐦".repeat(64),
    "seabird-irc",
    "cores",
    "бот v2",
    "👩‍💻",
    "❤️",
  ]) {
    checkTokenName(name);
  }
});

test("names that may not, with what is wrong", () => {
  const cases: readonly [string, RegExp][] = [
    ["", /1 to 64 characters; got 0/],
    ["x".repeat(65), /1 to 64 characters; got 65/],
    ["seabird", /"seabird" is reserved/],
    ["Core", /"Core" is reserved/],
    [" x", /no space at its ends/],
    ["a\nb", /no control characters/],
    ["a\ud800b", /no control characters/],
    ["a\u202eb", /no marks of direction/],
    ["a\u2066b", /no marks of direction/],
    ["a\u2028b", /no control characters/],
    ["admin\u200d", /no invisible characters; got/],
    ["ad\u200bmin", /no invisible characters/],
    ["ad\u00admin", /no invisible characters/],
    ["admin\ufe0f", /no invisible characters/],
    ["ａdmin", /its plain form "admin"/],
    ["\u0430dmin", /letters of one script/],
    ["my \u0441ore", /letters of one script/],
    ["\u03bfwl", /letters of one script/],
  ];
  for (const [name, message] of cases) {
    assert.throws(
      () => checkTokenName(name),
      (error) =>
        error instanceof TokenError && error.code === "bad_request" && message.test(error.message),
      JSON.stringify(name),
    );
  }
});

test("scopes that may be given", () => {
  checkScopes(["plugin"]);
  checkScopes(["plugin", "-private", "metrics", "admin"]);
  checkScopes(["plugin", "persona", "mention-everyone"]);
  checkScopes(["read", "private", "backend:irc/libera", "backend:*/*", "backend:irc/a/b"]);
});

test("scopes that may not, with the choices", () => {
  const cases: readonly [string[], RegExp][] = [
    [[], /1 to 64 scopes of plugin, .*; got 0/],
    [["plugins"], /unknown scope "plugins"; choose from plugin, -private, persona, /],
    [["backend:irc"], /"backend:irc" is not backend:<type>\/<id>/],
    [["backend:/x"], /is not backend/],
    [["backend:irc/"], /is not backend/],
    [["-private"], /needs the scope "plugin"/],
    [["read", "persona"], /scope "persona" needs the scope "plugin"/],
    [["admin", "mention-everyone"], /scope "mention-everyone" needs the scope "plugin"/],
    [["private"], /needs the scope "read"/],
    [["plugin", "private", "-private"], /exclude each other/],
    [Array.from({ length: 65 }, () => "plugin"), /got 65/],
  ];
  for (const [scopes, message] of cases) {
    assert.throws(() => checkScopes(scopes), message, scopes.join());
  }
});

test("private messages: with plugin unless taken away, with read only if given", () => {
  assert.equal(principal("plugin").mayPrivate, true);
  assert.equal(principal("plugin", "-private").mayPrivate, false);
  assert.equal(principal("read").mayPrivate, false);
  assert.equal(principal("read", "private").mayPrivate, true);
  assert.equal(principal("backend:*/*", "admin").mayPrivate, false);
});

test("another name and notifying everyone: only if given", () => {
  const rights = (...scopes: string[]) => {
    const { mayUsePersona, mayMentionEveryone } = principal(...scopes);
    return [mayUsePersona, mayMentionEveryone];
  };
  assert.deepEqual(rights("plugin", "admin"), [false, false]);
  assert.deepEqual(rights("plugin", "persona"), [true, false]);
  assert.deepEqual(rights("plugin", "mention-everyone"), [false, true]);
});

test("which backend a token may be", () => {
  const one = principal("backend:irc/libera", "backend:irc/a/b");
  assert.equal(one.mayBeBackend("irc", "libera"), true);
  assert.equal(one.mayBeBackend("irc", "a/b"), true);
  assert.equal(one.mayBeBackend("irc", "other"), false);
  assert.equal(one.mayBeBackend("discord", "libera"), false);
  assert.equal(principal("backend:irc/*").mayBeBackend("irc", "any/thing"), true);
  assert.equal(principal("backend:*/x").mayBeBackend("any", "x"), true);
  assert.equal(principal("backend:*/x").mayBeBackend("any", "y"), false);
  assert.equal(principal("plugin", "admin").mayBeBackend("irc", "libera"), false);
});

test("no scope implies another", () => {
  const admin = principal("admin");
  assert.equal(admin.has("admin"), true);
  assert.equal(admin.has("plugin"), false);
  assert.equal(admin.has("metrics"), false);
});

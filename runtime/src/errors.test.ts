import assert from "node:assert/strict";
import { test } from "node:test";
import { errorMessage, fileErrorReason, systemErrorCode, toError } from "./errors.ts";

const system = (code: string) => Object.assign(new Error("the system's words"), { code });

test("whatever was thrown has a message, or none", () => {
  const rows: readonly (readonly [reason: unknown, message: string])[] = [
    [new Error("no"), "no"],
    ["no", "no"],
    [7, "7"],
    [undefined, ""],
    [null, ""],
    [Object.create(null), ""],
    [{ toString: () => assert.fail() }, ""],
  ];
  for (const [reason, message] of rows) assert.equal(errorMessage(reason), message);
  const error = new Error("it");
  assert.equal(toError(error, "nothing"), error);
  assert.equal(toError("words", "nothing").message, "words");
  assert.equal(toError(undefined, "nothing").message, "nothing");
});

test("the system's code is found below what was made of it", () => {
  assert.equal(systemErrorCode(system("ENOENT")), "ENOENT");
  assert.equal(systemErrorCode(new Error("outer", { cause: system("EPIPE") })), "EPIPE");
  const own = Object.assign(new Error("ours", { cause: system("EACCES") }), { code: "bad_option" });
  assert.equal(systemErrorCode(own), "EACCES");
  const circle = new Error("a");
  circle.cause = circle;
  for (const other of [circle, new Error("no code"), "ENOENT", undefined]) {
    assert.equal(systemErrorCode(other), undefined);
  }
  assert.equal(fileErrorReason(system("ENOENT")), "there is no such file");
  assert.equal(fileErrorReason(system("EWEIRD")), "the system's words");
});

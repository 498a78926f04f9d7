import assert from "node:assert/strict";
import { test } from "node:test";
import { checkOptions } from "./check-options.ts";

const good = {
  nick: "bird",
  user: "bird",
  realName: "A bird: of the sea",
  password: "two words",
  nickservPassword: undefined,
  channels: [{ name: "#a", key: "k" }],
};

test("what could not be told to a server is refused by name, and no secret is shown", () => {
  checkOptions(good);
  const wrong = [
    { nick: "two words" },
    { nick: "" },
    { nick: "b\r\nQUIT" },
    { user: "a b" },
    { realName: "x\ny" },
    { realName: "é".repeat(300) },
    { password: "hush\nQUIT" },
    { nickservPassword: "hush\0" },
    { nickservPassword: "hush".repeat(60), nick: "b".repeat(255) },
    { channels: [{ name: "#a", key: "hush hush" }] },
    { channels: [{ name: "#a b", key: undefined }] },
  ];
  for (const each of wrong) {
    const [name = ""] = Object.keys(each);
    assert.throws(
      () => checkOptions({ ...good, ...each }),
      (error) =>
        error instanceof RangeError && error.message.includes(name) && !/hush/.test(error.message),
      name,
    );
  }
});

/** What the log shows of lines that hold secrets. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { hideSecrets } from "./secrets.ts";

const hide = hideSecrets({
  password: "server pass",
  nickservPassword: "hunter2",
  sasl: { mechanism: "PLAIN", account: "bird", password: "wings" },
  channels: [
    { name: "#a", key: "sesame" },
    { name: "#b", key: undefined },
  ],
});

suite("hideSecrets", () => {
  for (const [line, shown] of [
    ["PASS :server pass", "PASS ***"],
    ["PRIVMSG NickServ :IDENTIFY bird hunter2", "PRIVMSG NickServ :***"],
    ["privmsg chanserv@services. :IDENTIFY #a other", "privmsg chanserv@services. :***"],
    [
      "@time=1 :bird!b@h PRIVMSG NickServ :REGAIN bird other",
      "@time=1 :bird!b@h PRIVMSG NickServ :***",
    ],
    ["@label=r1 PRIVMSG NickServ :GHOST bird other", "@label=r1 PRIVMSG NickServ :***"],
    ["NOTICE NickServ :IDENTIFY other", "NOTICE NickServ :***"],
    [":NickServ!s@h NOTICE bird :Hello", ":NickServ!s@h NOTICE bird :Hello"],
    ["AUTHENTICATE PLAIN", "AUTHENTICATE PLAIN"],
    ["AUTHENTICATE +", "AUTHENTICATE +"],
    ["AUTHENTICATE YmlyZABiaXJkAHdpbmdz", "AUTHENTICATE ***"],
    [":srv 904 bird :wings is wrong", ":srv 904 bird :*** is wrong"],
    ["@label=r1 JOIN #c other", "@label=r1 JOIN #c ***"],
    ["JOIN #a,#c sesame,other", "JOIN #a,#c ***"],
    [":bird!b@h JOIN #a", ":bird!b@h JOIN #a"],
    ["JOIN #a", "JOIN #a"],
    [":srv 421 bird :hunter2 sesame", ":srv 421 bird :*** ***"],
    [":op!o@h MODE #c +k other", ":op!o@h MODE #c +k ***"],
    [":op!o@h MODE #c +o joe", ":op!o@h MODE #c +o joe"],
    ["@a=b;c :srv 324 bird #c +lnk 5 other", "@a=b;c :srv 324 bird #c +lnk ***"],
    [":joe!j@h PRIVMSG #a :MODE #a +k x", ":joe!j@h PRIVMSG #a :MODE #a +k x"],
  ] as const) {
    test(line, () => assert.equal(hide(line), shown));
  }

  test("a secret too short to be told from words leaves them alone", () => {
    const short = hideSecrets({ password: "a", nickservPassword: undefined, channels: [] });
    assert.equal(short("a cat"), "a cat");
    assert.equal(short("PASS a"), "PASS ***");
  });
});

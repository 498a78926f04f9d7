/** NickServ's lines, as real services write them. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseMessage } from "../message/irc-message.ts";
import { nickServAnswer } from "./nickserv.ts";

const notice = (words: string) => `:NickServ!NickServ@services.test NOTICE bird :${words}`;

suite("nickServAnswer", () => {
  for (const [line, accepted] of [
    [notice("You are now identified for \x02bird\x02."), true],
    [notice("You are now logged in as bird."), true],
    [notice("Password accepted - you are now recognized."), true],
    [":srv 900 bird bird!b@h bird :You are now logged in as bird", true],
    [":NickServ MODE bird :+r", true],
    [notice("Invalid password for \x02bird\x02."), false],
    [notice("Password incorrect."), false],
    [notice("\x02bird\x02 is not a registered nickname."), false],
    [notice("Your nick isn't registered."), false],
    [":srv 401 bird NickServ :No such nick", false],
    [
      notice(
        "This nickname is registered. Please choose a different nickname, or identify via /msg NickServ identify <password>.",
      ),
      undefined,
    ],
    [notice("You have 60 seconds to identify to your nickname before it is changed."), undefined],
    [":joe!j@h NOTICE bird :You are now identified", undefined],
    [":srv 401 bird joe :No such nick", undefined],
    [":bird MODE bird :+i", undefined],
    [":srv MODE", undefined],
  ] as const) {
    test(line, () => assert.equal(nickServAnswer(parseMessage(line))?.accepted, accepted));
  }
});

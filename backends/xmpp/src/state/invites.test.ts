/** Invitations: which are read, and whose are followed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseXml } from "../../../../test/support/xmpp-person.ts";
import { type Invitation, mayInvite, readInvitation } from "./invites.ts";

const ROOM = "lobby@rooms.example.org";
const MUC = 'xmlns="http://jabber.org/protocol/muc#user"';

function read(xml: string): Invitation | undefined {
  return readInvitation(parseXml(xml));
}

test("invitations by a person and through a room are read, with their passwords", () => {
  const direct = read(
    `<message from="Ann@example.org/x"><x xmlns="jabber:x:conference" jid="Lobby@rooms.example.org" password="tea"/></message>`,
  );
  assert.deepEqual(direct, {
    room: ROOM,
    from: "ann@example.org",
    isDirect: true,
    password: "tea",
  });
  const mediated = read(
    `<message from="${ROOM}"><x ${MUC}><invite from="ann@example.org/x"/><password>tea</password></x></message>`,
  );
  assert.deepEqual(mediated, {
    room: ROOM,
    from: "ann@example.org",
    isDirect: false,
    password: "tea",
  });
});

test("what is none is none", () => {
  const none = [
    `<message from="ann@example.org"><body>hi</body></message>`,
    `<message from="ann@example.org" type="error"><x xmlns="jabber:x:conference" jid="${ROOM}"/></message>`,
    `<message from="${ROOM}/ann" type="groupchat"><x xmlns="jabber:x:conference" jid="${ROOM}"/></message>`,
    `<message from="ann@example.org"><x xmlns="jabber:x:conference"/></message>`,
    `<message from="ann@example.org"><x xmlns="jabber:x:conference" jid="no address"/></message>`,
    `<message><x xmlns="jabber:x:conference" jid="${ROOM}"/></message>`,
    `<message from="${ROOM}"><x ${MUC}><invite/></x></message>`,
    `<presence from="ann@example.org"><x xmlns="jabber:x:conference" jid="${ROOM}"/></presence>`,
  ];
  for (const each of none) assert.equal(read(each), undefined, each);
});

test("whom a room names is believed of its own domain alone; an occupant is nobody", () => {
  const may = (from: string, room: string, isDirect: boolean, ...patterns: string[]) =>
    mayInvite({ from, room, isDirect, password: undefined }, patterns, (each) => each === ROOM);
  assert.ok(may("ann@example.org", ROOM, true, "Ann@example.org"));
  assert.ok(may("ann@example.org", ROOM, true, "@example.org"));
  assert.ok(may("ann@example.org", ROOM, false, "ann@example.org"));
  assert.ok(may("new@rooms.example.org", "new@rooms.example.org", false, "@rooms.example.org"));
  assert.ok(may("ann@example.org", "trap@evil.example", true, "ann@example.org"));
  assert.ok(!may("ann@example.org", "trap@evil.example", false, "ann@example.org"));
  assert.ok(!may("ann@example.org", "trap@evilexample.org", false, "ann@example.org"));
  assert.ok(!may(ROOM, ROOM, true, "@rooms.example.org"));
  assert.ok(!may("bob@example.org", ROOM, true, "ann@example.org"));
  assert.ok(!may("ann@sub.example.org", ROOM, true, "@example.org"));
  assert.ok(!may("ann@example.org", ROOM, true));
});

/** What the network tells about a message besides its words, as tags of the event. Pure. */

/** Where a message comes from. */
export interface Origin {
  /** `nick!user@host`, as the server shows it. */
  readonly mask: string;
  /** The account that services know the speaker by, as far as the server tells. */
  readonly account?: string | undefined;
  /** The server's own name for the message. */
  readonly msgid?: string | undefined;
  /** When the server had it (server-time): ISO 8601. */
  readonly time?: string | undefined;
}

/** Characters of a value; a longer one is a server's joke and is left out. */
const MAX_VALUE = 512;

/** What server-time may be (IRCv3): anything else is no time. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

export function tagsOf({ account, mask, msgid, time }: Origin): Record<string, string> {
  const rows = [
    ["irc/account", account],
    ["irc/mask", mask],
    ["irc/msgid", msgid],
    ["irc/time", time !== undefined && ISO_TIME.test(time) ? time : undefined],
  ] as const;
  const known = rows.filter(([, value]) => {
    return value !== undefined && value !== "" && value.length <= MAX_VALUE;
  });
  return Object.fromEntries(known.map(([name, value]) => [name, printable(value ?? "")]));
}

/** A server may put anything into a name; whoever shows it should not have to care. */
export function printable(text: string): string {
  return text.toWellFormed().replaceAll(/\p{Cc}/gu, "\ufffd");
}

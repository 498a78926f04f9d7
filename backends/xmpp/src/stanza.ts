/** Stanzas of XMPP: elements of XML, as `@xmpp/client` parses and writes them. */
import type { Element } from "@xmpp/xml";

export { xml } from "@xmpp/client";

/**
 * A whole element. Attributes and texts may be anything a server or a stranger sent; sizes and
 * depth are bounded by the parser (`connection/bounded-parser.ts`).
 */
export type Stanza = Element;

/** Namespaces, by what they are used for. */
export const NS = {
  muc: "http://jabber.org/protocol/muc",
  mucUser: "http://jabber.org/protocol/muc#user",
  mucAdmin: "http://jabber.org/protocol/muc#admin",
  mucOwner: "http://jabber.org/protocol/muc#owner",
  discoInfo: "http://jabber.org/protocol/disco#info",
  discoItems: "http://jabber.org/protocol/disco#items",
  /** XEP-0085. */
  chatStates: "http://jabber.org/protocol/chatstates",
  /** XEP-0203. */
  delay: "urn:xmpp:delay",
  /** XEP-0249. */
  conference: "jabber:x:conference",
  /** XEP-0308. */
  correct: "urn:xmpp:message-correct:0",
  /** XEP-0359. */
  ids: "urn:xmpp:sid:0",
  /** XEP-0363. */
  upload: "urn:xmpp:http:upload:0",
  /** XEP-0066. */
  oob: "jabber:x:oob",
  /** XEP-0372. */
  reference: "urn:xmpp:reference:0",
  /** XEP-0382. */
  spoiler: "urn:xmpp:spoiler:0",
  /** XEP-0393. */
  styling: "urn:xmpp:styling:0",
  /** XEP-0421. */
  occupantId: "urn:xmpp:occupant-id:0",
  /** XEP-0422, which the first version of XEP-0424 and XEP-0425 wraps its elements in. */
  fasten: "urn:xmpp:fasten:0",
  /** XEP-0424: retractions. */
  retract: "urn:xmpp:message-retract:1",
  retract0: "urn:xmpp:message-retract:0",
  /** XEP-0425: moderation. */
  moderate: "urn:xmpp:message-moderate:1",
  moderate0: "urn:xmpp:message-moderate:0",
  /** XEP-0428. */
  fallback: "urn:xmpp:fallback:0",
  /** As XEP-0461 spelled it at first, and some clients do. */
  featureFallback: "urn:xmpp:feature-fallback:0",
  /** XEP-0444. */
  reactions: "urn:xmpp:reactions:0",
  /** XEP-0447, with the metadata of XEP-0446 and the urls of XEP-0103. */
  fileSharing: "urn:xmpp:sfs:0",
  fileMetadata: "urn:xmpp:file:metadata:0",
  urlData: "http://jabber.org/protocol/url-data",
  /** XEP-0461. */
  reply: "urn:xmpp:reply:0",
  /** XEP-0334. */
  hints: "urn:xmpp:hints",
  ping: "urn:xmpp:ping",
  streams: "http://etherx.jabber.org/streams",
  stanzaErrors: "urn:ietf:params:xml:ns:xmpp-stanzas",
  vcardUpdate: "vcard-temp:x:update",
} as const;

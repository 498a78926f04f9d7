/** Reads elements that anybody may have sent: nothing here throws, and nothing unclean comes out. */
import { utf8Length } from "@seabird-chat/protocol";
import type { Stanza } from "../stanza.ts";

/** Children with one name that are looked at; further ones are ignored. */
const MAX_CHILDREN = 100;

export function childOf(parent: Stanza | undefined, name: string, ns: string): Stanza | undefined {
  return elementsIn(parent).find((child) => is(child, name, ns));
}

export function childrenOf(parent: Stanza | undefined, name: string, ns: string): Stanza[] {
  return elementsIn(parent)
    .filter((child) => is(child, name, ns))
    .slice(0, MAX_CHILDREN);
}

function elementsIn(parent: Stanza | undefined): Stanza[] {
  const children: readonly unknown[] = parent?.children ?? [];
  return children.filter(
    (child): child is Stanza => typeof child === "object" && child !== null && "getName" in child,
  );
}

function is(element: Stanza, name: string, ns: string | undefined): boolean {
  return element.getName() === name && element.getNS() === ns;
}

/** Empty: there is no such attribute. */
export function attributeOf(element: Stanza | undefined, name: string): string {
  const value: unknown = element?.attrs[name];
  return typeof value === "string" ? value : "";
}

/** The text of an element or of its child, without blanks around it. */
export function textOf(element: Stanza | undefined): string {
  return element === undefined ? "" : element.getText().toWellFormed().trim();
}

/**
 * The child in the stanza's own namespace, such as `<body>`: in the first language, or the one that is
 * not named (RFC 6121, 5.2.3).
 */
export function ownChildOf(stanza: Stanza, name: string): Stanza | undefined {
  const ns = stanza.getNS();
  const children = elementsIn(stanza).filter((child) => is(child, name, ns));
  return children.find((child) => attributeOf(child, "xml:lang") === "") ?? children[0];
}

/** A whole number of at most nine digits. */
export function numberOf(element: Stanza | undefined, name: string): number | undefined {
  const text = attributeOf(element, name);
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** Bytes of an id or an emoji (protocol). One that is too long, or not text, is left out. */
const MAX_OPAQUE_BYTES = 512;

export function opaque(value: string): string | undefined {
  if (value === "" || value.length > MAX_OPAQUE_BYTES || !value.isWellFormed()) return undefined;
  return /\p{Cc}/u.test(value) || utf8Length(value) > MAX_OPAQUE_BYTES ? undefined : value;
}

/** For what is kept: a part of a packet would keep the whole packet in memory. */
export function copy(text: string): string {
  return Buffer.from(text).toString();
}

/** Characters of a reason that are kept. */
const MAX_REASON = 300;

/** A stranger may put control characters into names and reasons; whoever shows them need not filter. */
export function printable(text: string, max = MAX_REASON): string {
  return text
    .slice(0, max)
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, " ")
    .trim();
}

/** `room@host/nick`. */
export interface Address {
  /** `local@domain`, in lower case. */
  readonly bare: string;
  /** Empty: none. */
  readonly resource: string;
}

/** Bytes of an address (RFC 7622, 3.1). */
const MAX_ADDRESS_BYTES = 3_071;

/** Undefined for what is none, and for servers and services, which have no `local@`. */
export function parseAddress(text: string): Address | undefined {
  if (text.length > MAX_ADDRESS_BYTES || /\p{Cc}/u.test(text) || !text.isWellFormed()) {
    return undefined;
  }
  const slash = text.indexOf("/");
  const bare = (slash < 0 ? text : text.slice(0, slash)).toLowerCase();
  if (!/^[^@]+@[^@]+$/.test(bare)) return undefined;
  return { bare, resource: slash < 0 ? "" : text.slice(slash + 1) };
}

/** Of XEP-0082, from the year 1 on (protobuf); undefined for anything else. */
const ISO_TIME = /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

export function timeOf(text: string): Date | undefined {
  const time = ISO_TIME.test(text) ? new Date(text) : undefined;
  // A day such as the 31st of June has the form too.
  return time === undefined || Number.isNaN(time.getTime()) ? undefined : time;
}

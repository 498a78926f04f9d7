/** What the plugin `bridge` reports of its links, and `seabird bridge status` shows. */
import { type Fields, isRecord } from "./ipc-messages.ts";

export interface BridgeStatus {
  readonly links: readonly BridgeLinkStatus[];
  /** Links that are left out, since there are too many. */
  readonly more: number;
}

export interface BridgeLinkStatus {
  readonly name: string;
  readonly isPaused: boolean;
  /** Messages, edits, reactions and the like that crossed it since the start. */
  readonly crossed: number;
  /** Those that did not, since it was paused. */
  readonly heldBack: number;
  /** Where people are heard; absolute ids. */
  readonly from: readonly string[];
  readonly to: readonly BridgeDestination[];
}

/** A channel that a link leads to. Links that lead to the same one have one queue together. */
export interface BridgeDestination {
  /** Absolute. */
  readonly channel: string;
  /** Deliveries in its queue. */
  readonly waiting: number;
  /** Since the start, as the next four. */
  readonly delivered: number;
  /** By its network or by core. */
  readonly refused: number;
  /** Too many or too old. */
  readonly dropped: number;
  /** Sent, and nobody can tell whether they arrived. */
  readonly unknown: number;
  /** Attempts that failed. */
  readonly failures: number;
  /** Unix milliseconds of the last delivery; missing: none yet. */
  readonly lastAtMs?: number | undefined;
  /** Why it cannot be delivered to; missing: it can. */
  readonly failure?: string | undefined;
}

/** From what a process of perhaps another version has sent; undefined if it is no such thing. */
export function readBridgeStatus(value: unknown): BridgeStatus | undefined {
  if (!isRecord(value) || !isCount(value["more"])) return undefined;
  const links = readAll(value["links"], readLink);
  return links && { links, more: value["more"] };
}

function readLink(value: Fields): BridgeLinkStatus | undefined {
  const { name, isPaused, crossed, heldBack } = value;
  const from = Array.isArray(value["from"]) && value["from"].every(isText) ? value["from"] : [];
  const to = readAll(value["to"], readDestination);
  if (!isText(name) || typeof isPaused !== "boolean" || to === undefined) return undefined;
  if (!isCount(crossed) || !isCount(heldBack)) return undefined;
  return { name, isPaused, crossed, heldBack, from, to };
}

function readDestination(value: Fields): BridgeDestination | undefined {
  const { channel, waiting, delivered, refused, dropped, unknown, failures } = value;
  const { lastAtMs, failure } = value;
  if (!isText(channel) || !isCount(waiting) || !isCount(delivered)) return undefined;
  if (!isCount(refused) || !isCount(dropped) || !isCount(unknown)) return undefined;
  if (!isCount(failures)) return undefined;
  const counts = { waiting, delivered, refused, dropped, unknown, failures };
  return {
    channel,
    ...counts,
    ...(isCount(lastAtMs) && { lastAtMs }),
    ...(isText(failure) && { failure }),
  };
}

function readAll<T>(value: unknown, read: (each: Fields) => T | undefined): T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const all = value.map((each) => (isRecord(each) ? read(each) : undefined));
  return all.every((each) => each !== undefined) ? all : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

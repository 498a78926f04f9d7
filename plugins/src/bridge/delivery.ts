/** What is to be done in one channel because of what happened in another; its form in the table. Pure. */
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type Block, BlockSchema } from "@seabird-chat/protocol";

/** Who is repeated. */
export interface Author {
  /** As `names` of the link makes it; cleaned. */
  readonly name: string;
  /** Absolute. */
  readonly id: string;
  readonly avatarUrl: string;
}

/** The message that the original answers. */
export interface Answered {
  /** Number of the bridged message; undefined: none that crossed. */
  readonly message: number | undefined;
  readonly author: string;
  readonly text: string;
}

interface WithContent {
  /** Number of the bridged message. */
  readonly message: number;
  /** Undefined: said by one of our plugins, as it is. */
  readonly author: Author | undefined;
  readonly isAction: boolean;
  readonly block: Block;
}

export type Delivery =
  | ({
      readonly kind: "message";
      readonly answered: Answered | undefined;
      /** Number of the bridged message at which the thread hangs that it is in. */
      readonly thread: number | undefined;
      readonly tags: Readonly<Record<string, string>>;
    } & WithContent)
  | ({
      readonly kind: "edit";
      /** Whether it is worth a line of its own where messages cannot be edited. */
      readonly isNews: boolean;
    } & WithContent)
  | { readonly kind: "delete"; readonly message: number; readonly reason: string }
  | {
      readonly kind: "react";
      readonly message: number;
      readonly emoji: string;
      readonly removed: boolean;
      /** The bot shows it already, for somebody else: only a line tells of this person. */
      readonly isShown?: boolean;
      /** Said where it cannot be shown; empty: it is not. */
      readonly line: string;
    }
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "topic"; readonly topic: string };

/** With what the queue needs to know. */
export interface QueuedDelivery {
  /** Rises; also after a restart. */
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** By which core recognises a repetition. */
  readonly key: string;
  readonly delivery: Delivery;
}

export function toBody({ key, delivery }: QueuedDelivery): string {
  const fields = "block" in delivery ? { ...delivery, block: encode(delivery.block) } : delivery;
  return JSON.stringify({ key, delivery: fields });
}

/** Undefined for a body that a later version wrote. */
export function fromBody(body: string): Pick<QueuedDelivery, "key" | "delivery"> | undefined {
  try {
    const { key, delivery } = JSON.parse(body);
    if (typeof key !== "string" || !KINDS.includes(delivery?.kind)) return undefined;
    if (typeof delivery.block !== "string") return { key, delivery };
    return { key, delivery: { ...delivery, block: decode(delivery.block) } };
  } catch {
    return undefined;
  }
}

const KINDS: readonly Delivery["kind"][] = ["message", "edit", "delete", "react", "line", "topic"];

function encode(block: Block): string {
  return Buffer.from(toBinary(BlockSchema, block)).toString("base64");
}

function decode(text: string): Block {
  return fromBinary(BlockSchema, Buffer.from(text, "base64"));
}

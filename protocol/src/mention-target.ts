/** Whom a mention names, as authors write it. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { BlockError } from "./block-error.ts";
import type { MentionBlockSchema } from "./gen/common_pb.js";
import { parseId } from "./ids.ts";

/**
 * Whom a mention names: a user as events carry them, a user or channel by id, or everyone in the
 * conversation. A user whose `id` is undefined, as `arg.user()` gives for an unknown name, is named
 * without being notified.
 */
export type MentionTarget =
  | { readonly id: string | undefined; readonly displayName?: string; readonly topic?: never }
  | { readonly userId: string; readonly displayName?: string }
  | { readonly channelId: string; readonly displayName?: string }
  | "everyone";

export interface ReadTarget {
  readonly target: NonNullable<MessageInitShape<typeof MentionBlockSchema>["target"]>;
  /** What the mention reads as by default. */
  readonly name: string;
}

/** Reads a target. Throws BlockError for a value that is none. */
export function readTarget(target: MentionTarget): ReadTarget {
  if (target === "everyone") {
    return { target: { case: "everyone", value: true }, name: "@everyone" };
  }
  if (typeof target === "object" && target !== null) {
    const { displayName = "" } = target;
    if ("channelId" in target && isId(target.channelId)) {
      const value = target.channelId.toWellFormed();
      return { target: { case: "channelId", value }, name: displayName || relativeOf(value) };
    }
    const userId = "userId" in target ? target.userId : "id" in target ? target.id : undefined;
    if (isId(userId)) {
      const value = userId.toWellFormed();
      return { target: { case: "userId", value }, name: `@${displayName || relativeOf(value)}` };
    }
  }
  if (typeof target === "object" && target !== null && "id" in target) {
    const { id, displayName = "" } = target;
    if (id === undefined && displayName !== "") {
      return { target: { case: undefined }, name: displayName };
    }
  }
  throw new BlockError(
    'mention: the target is a user, { userId: "…" }, { channelId: "…" } or "everyone"',
  );
}

function isId(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function relativeOf(id: string): string {
  return parseId(id)?.relative ?? id;
}

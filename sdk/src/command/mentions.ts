/** The people that a typed line mentions, from its block. Pure. */
import { type Block, container, text, walkBlocks } from "@seabird-chat/protocol";
import type { Person } from "../plugin/event-values.ts";

/** By the text that stands for them, such as `@Ann Lee`; undefined: several people have it. */
export type Mentions = ReadonlyMap<string, Person | undefined>;

/** More than anybody types. */
const MAX_MENTIONS = 100;

export function mentionsIn(block: Block | undefined): Mentions {
  const mentions = new Map<string, Person | undefined>();
  if (block === undefined) return mentions;
  for (const { plain, inner } of walkBlocks(block)) {
    if (inner.case !== "mention" || inner.value.target.case !== "userId" || plain === "") continue;
    const id = inner.value.target.value;
    const displayName = plain.startsWith("@") ? plain.slice(1) : plain;
    const isShared = mentions.has(plain) && mentions.get(plain)?.id !== id;
    mentions.set(plain, isShared ? undefined : { id, displayName });
    if (mentions.size >= MAX_MENTIONS) break;
  }
  return mentions;
}

/** What is left of a block without the first characters of its plain text. */
export function blockAfter(block: Block, characters: number): Block | undefined {
  const rest = after(block, characters);
  return rest.length === 1 ? rest[0] : rest.length === 0 ? undefined : container(rest);
}

function after(block: Block, characters: number): Block[] {
  if (characters <= 0) return [block];
  const { inner, plain } = block;
  if (inner.case === "text") {
    return inner.value.text.length > characters ? [text(inner.value.text.slice(characters))] : [];
  }
  if (inner.case !== "container") return plain.length > characters ? [block] : [];
  let left = characters;
  return inner.value.inner.flatMap((each) => {
    const kept = after(each, left);
    left -= each.plain.length;
    return kept;
  });
}

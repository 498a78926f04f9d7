/** Trees of blocks of any size: alternating kinds, lists, nested ones, long texts within them. */
import {
  attachment,
  type Block,
  blockquote,
  bold,
  type Content,
  container,
  emoji,
  fencedCode,
  heading,
  inlineCode,
  italics,
  link,
  list,
  mention,
  spoiler,
  strikethrough,
  text,
  timestamp,
  underline,
} from "@seabird-chat/protocol";
import type { Family } from "./growth.ts";
import { textFamilies } from "./text-families.ts";

/** Blocks in a tree, at most: what core lets through. */
export const MAX_BLOCKS = 8_192;

/** Core takes 48 blocks within each other. */
const DEPTH = 40;

const LEAVES: Readonly<Record<string, (content: string) => Block>> = {
  text,
  bold,
  italics,
  underline,
  strikethrough,
  spoiler,
  blockquote,
  heading,
  inlineCode,
  fencedCode,
  link: (content) => link("https://x.example", content),
  "link of its url": (content) => link(`https://${content}`, content),
  list: (content) => list([content, content]),
  mention: (content) => mention({ userId: "irc://x/a" }, content || "a"),
  everyone: () => mention("everyone"),
  emoji: () => emoji(":parrot:", { id: "mxc://x/y" }),
  attachment: (content) => attachment({ url: "https://x.example/a.png", name: content }),
  timestamp: () => timestamp(new Date(0)),
};

/** Alternately with each other kind: neighbours of one kind may be merged. */
const PAIRS: readonly (readonly [string, string])[] = Object.keys(LEAVES).flatMap((kind) => [
  [kind, kind === "bold" ? "text" : "bold"],
]);

const WRAPPERS = {
  bold,
  italics,
  spoiler,
  blockquote,
  heading,
  list: (each: Content) => list([each]),
};

/** `size` counts blocks. */
export function blockFamilies(): Family<Block>[] {
  return [...pairs(), ...trees()];
}

/** `size` counts UTF-16 units: one text, by itself and within blocks. */
export function blockTextFamilies(name: string, tokens: readonly string[]): Family<Block>[] {
  const within: readonly ((content: string) => Block)[] = [
    text,
    bold,
    inlineCode,
    fencedCode,
    (content) => blockquote(text`${bold("a")} ${content}`),
    (content) => list([content, italics(content)]),
    (content) => nested(content, Object.values(WRAPPERS)),
  ];
  return textFamilies(name, tokens).map((family, index) => {
    const wrap = within[index % within.length] ?? text;
    return {
      name: `${family.name} within ${index % within.length}`,
      of: (size) => wrap(family.of(size)),
    };
  });
}

function pairs(): Family<Block>[] {
  return PAIRS.flatMap(([one, other]) =>
    ["word", " "].map((content) => ({
      name: `${one} and ${other} of ${JSON.stringify(content)}`,
      of: (size: number) => {
        // A leaf is two blocks or three.
        const both = [LEAVES[one]?.(content) ?? "", LEAVES[other]?.(content) ?? ""];
        return container(Array.from({ length: size / 4 }, () => both).flat());
      },
    })),
  );
}

function trees(): Family<Block>[] {
  const many = (size: number, each: (index: number) => Content) =>
    Array.from({ length: size / 2 }, (_, index) => each(index));
  return [
    { name: "list of words", of: (size) => list(many(size, () => "a")) },
    {
      name: "ordered list",
      of: (size) =>
        list(
          many(size, () => bold("a")),
          { ordered: true },
        ),
    },
    { name: "list of nothing", of: (size) => list(many(size, () => "")) },
    { name: "list of lines", of: (size) => list(many(size, () => "a\n\nb")) },
    {
      name: "list in a quote",
      of: (size) => blockquote(list(many(size, () => text`${bold("a")} b`))),
    },
    { name: "containers of nothing", of: (size) => container(many(size, () => container([]))) },
    {
      name: "nested blocks around many",
      of: (size) =>
        nested(
          many(size, (index) => (index % 2 === 0 ? bold("a") : "b")),
          Object.values(WRAPPERS),
        ),
    },
    ...Object.entries(WRAPPERS).map(([kind, wrap]) => ({
      name: `many nested ${kind}`,
      of: (size: number) => container(many(size / DEPTH, () => nested("a", [wrap]))),
    })),
    {
      name: "links within each other around many",
      of: (size) =>
        nested(
          many(size, () => italics("a")),
          [(each) => link("https://x.example", each)],
        ),
    },
  ];
}

function nested(content: Content, wrappers: readonly ((content: Content) => Block)[]): Block {
  let block = container([content]);
  for (let depth = 1; depth < DEPTH; depth++)
    block = wrappers[depth % wrappers.length]?.(block) ?? block;
  return block;
}

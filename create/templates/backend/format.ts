/**
 * How the network writes formatting, both ways: `*bold*`, `<@ann>` for a person, `<:parrot:17>` for an
 * emoji of its own, `<file cat.jpg https://…>` for a file. Put your network's signs in their place.
 */
import {
  attachment,
  type Block,
  bold,
  container,
  emoji,
  mention,
  plainText,
  text,
} from "@seabird-chat/sdk/backend";

/** A block as the network writes it; what it has no signs for is plain text. */
export function write(block: Block): string {
  const { inner } = block;
  switch (inner.case) {
    case "container":
      return inner.value.inner.map(write).join("");
    case "bold":
      return inner.value.inner ? `*${write(inner.value.inner)}*` : "";
    case "mention":
      // Only a mention may notify anybody, so signs in other text are made harmless.
      return inner.value.target.case === "userId" ? `<@${inner.value.target.value}>` : plain(block);
    case "emoji":
      return inner.value.id === "" ? plain(block) : `<${inner.value.text}${inner.value.id}>`;
    case "attachment":
      return inner.value.url === ""
        ? plain(block)
        : `<file ${inner.value.name} ${inner.value.url}>`;
    default:
      return plain(block);
  }
}

function plain(block: Block): string {
  return plainText(block).replaceAll("<", "‹");
}

/** A text of the network as blocks. */
export function read(given: string): Block {
  const blocks: Block[] = [];
  let at = 0;
  for (const { 0: sign, index, groups = {} } of given.matchAll(SIGNS)) {
    if (index > at) blocks.push(text(given.slice(at, index)));
    blocks.push(toBlock(groups));
    at = index + sign.length;
  }
  if (at < given.length) blocks.push(text(given.slice(at)));
  return container(blocks);
}

const SIGNS =
  /\*(?<strong>[^*]+)\*|<@(?<user>[^<>\s]+)>|<(?<name>:[^<>\s:]+:)(?<id>\d+)>|<file (?<file>[^<>\s]+) (?<url>https?:[^<>\s]+)>/gu;

function toBlock(found: Readonly<Record<string, string | undefined>>): Block {
  const { strong, user, name, id = "", file, url = "" } = found;
  if (strong !== undefined) return bold(strong);
  if (user !== undefined) return mention({ userId: user });
  if (name !== undefined) return emoji(name, { id });
  return attachment({ name: file ?? "", url });
}

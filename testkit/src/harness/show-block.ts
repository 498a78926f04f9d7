/** Formatting as signs that a person can read in a test: `**bold**`, `_italics_`, `<@ann>`. Pure. */
import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Block, ListBlock } from "@seabird-chat/protocol";

/** The block's text with its formatting shown; that of a block of an unknown kind is its plain. */
export function showBlock(block: Block | undefined): string {
  const inner = block?.inner;
  switch (inner?.case) {
    case "text":
      return inner.value.text;
    case "bold":
      return around("**", inner.value);
    case "italics":
      return around("_", inner.value);
    case "underline":
      return around("__", inner.value);
    case "strikethrough":
      return around("~~", inner.value);
    case "spoiler":
      return around("||", inner.value);
    case "inlineCode":
      return `\`${inner.value.text}\``;
    case "fencedCode":
      return `\`\`\`${inner.value.info}\n${inner.value.text}\n\`\`\``;
    case "blockquote":
      return `> ${showBlock(inner.value.inner)}`;
    case "heading":
      return `${"#".repeat(inner.value.level)} ${showBlock(inner.value.inner)}`;
    case "link":
      return showLink(inner.value.url, showBlock(inner.value.inner));
    case "list":
      return showList(inner.value);
    case "container":
      return inner.value.inner.map(showBlock).join("");
    case "timestamp":
      return inner.value.inner === undefined ? "" : timestampDate(inner.value.inner).toISOString();
    case "mention":
      return `<${showBlock(inner.value.inner)}>`;
    case "emoji":
      return inner.value.text;
    case "attachment":
      return `[file ${block?.plain ?? ""}]`;
    default:
      return block?.plain ?? "";
  }
}

function around(sign: string, { inner }: { readonly inner?: Block | undefined }): string {
  return `${sign}${showBlock(inner)}${sign}`;
}

function showList({ inner, isOrdered }: ListBlock): string {
  const sign = (index: number) => (isOrdered ? `${index + 1}.` : "-");
  return inner.map((item, index) => `\n${sign(index)} ${showBlock(item)}`).join("");
}

function showLink(url: string, words: string): string {
  return words === "" || words === url ? url : `[${words}](${url})`;
}

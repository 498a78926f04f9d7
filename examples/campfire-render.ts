/** Blocks as Campfire writes them: it knows bold and code, the rest is plain text. */
import { type Block, plainText } from "@seabird-chat/sdk/backend";

export function render(block: Block): string {
  const { inner } = block;
  if (inner.case === "container") return inner.value.inner.map(render).join("");
  if (inner.case === "bold" && inner.value.inner) return `*${render(inner.value.inner)}*`;
  if (inner.case === "inlineCode") return `\`${inner.value.text}\``;
  return plainText(block);
}

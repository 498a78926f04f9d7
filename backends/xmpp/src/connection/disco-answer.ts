/** What the bot says of itself to those who ask (XEP-0030): clients show what it understands. */
import type { Client } from "@xmpp/client";
import { NS, type Stanza, xml } from "../stanza.ts";

const FEATURES = [
  NS.discoInfo,
  NS.chatStates,
  NS.conference,
  NS.correct,
  NS.oob,
  NS.retract,
  NS.reactions,
  NS.reply,
  NS.fallback,
  NS.styling,
  NS.ping,
] as const;

export function answerDisco({ iqCallee }: Client): void {
  iqCallee.get(NS.ping, "ping", () => true);
  iqCallee.get(NS.discoInfo, "query", (({ element }: { readonly element: Stanza }) => {
    const node = element.attrs["node"];
    return xml(
      "query",
      { xmlns: NS.discoInfo, ...(typeof node === "string" && { node }) },
      xml("identity", { category: "client", type: "bot", name: "Seabird" }),
      ...FEATURES.map((each) => xml("feature", { var: each })),
    );
  }) as unknown as Parameters<Client["iqCallee"]["get"]>[2]);
}

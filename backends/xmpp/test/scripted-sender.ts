/** The other side of what the bot sends, by script: rooms that send messages back, and servers that answer. */
import { StanzaError, type StanzaSender } from "../src/connection/hooks.ts";
import { NS, type Stanza, xml } from "../src/stanza.ts";

/** What happens to a message. */
export type Outcome =
  | "accepted"
  | "silence"
  | { readonly condition: string; readonly text?: string };

export class ScriptedSender implements StanzaSender {
  readonly address = "bot@example.org/home";
  readonly sent: Stanza[] = [];
  readonly asked: Stanza[] = [];
  /** Gets what comes back. */
  receive: (stanza: Stanza) => void = () => undefined;
  /** By the order of messages; default: accepted. */
  readonly outcomes: Outcome[] = [];
  /** The room's ids (XEP-0359) in turn; undefined: it gives none. */
  nextRoomId: (() => string) | undefined;
  /** The room's name for a message instead of the one that it was sent with. */
  renamed: string | undefined;
  /** Answers to `iq`; undefined: silence until the signal is aborted. */
  answer: (iq: Stanza) => Stanza | StanzaError | undefined = () => xml("iq", { type: "result" });
  isConnected = true;

  async send(stanza: Stanza): Promise<void> {
    if (!this.isConnected) throw new Error("not connected");
    this.sent.push(stanza);
    const outcome = this.outcomes.shift() ?? "accepted";
    const back = this.#back(stanza, outcome);
    if (back !== undefined) queueMicrotask(() => this.receive(back));
  }

  async request(iq: Stanza, signal: AbortSignal): Promise<Stanza> {
    this.asked.push(iq);
    // As on a stream, its answer comes after those to what was sent before.
    await new Promise(setImmediate);
    const answer = this.answer(iq);
    if (answer instanceof StanzaError) throw answer;
    if (answer !== undefined) return answer;
    return await new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(new Error("time is up")), { once: true });
    });
  }

  /** The bodies of the messages so far. */
  bodies(): readonly (string | null)[] {
    return this.sent.map((stanza) => stanza.getChildText("body"));
  }

  #back(stanza: Stanza, outcome: Outcome): Stanza | undefined {
    const { to, id, type } = stanza.attrs;
    if (outcome === "silence") return undefined;
    if (outcome !== "accepted") {
      const { condition, text = "" } = outcome;
      const words = text === "" ? [] : [xml("text", { xmlns: NS.stanzaErrors }, text)];
      const error = xml("error", {}, xml(condition, { xmlns: NS.stanzaErrors }), ...words);
      return xml("message", { type: "error", from: to, id }, error);
    }
    if (type !== "groupchat") return undefined;
    const roomId = this.nextRoomId?.();
    const ids =
      roomId === undefined ? [] : [xml("stanza-id", { xmlns: NS.ids, by: to, id: roomId })];
    return xml(
      "message",
      { type, from: `${to}/bot`, id: this.renamed ?? id },
      ...stanza.getChildElements(),
      ...ids,
    );
  }
}

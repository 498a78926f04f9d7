/** What plugins have said and done, room by room, until a test has looked at it. */
import type { Block } from "@seabird-chat/sdk";
import { showBlock } from "./show-block.ts";

/** Something a plugin said (`message`) or did (`action`, such as `/me waves`). */
export interface Said {
  readonly kind: "message" | "action";
  /** Without formatting. */
  readonly text: string;
  /** With its formatting as signs: `**bold**`, `_italics_`, `` `code` ``. */
  readonly shown: string;
  readonly block: Block | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export interface SaidInRoom {
  /** The room's label. */
  readonly room: string;
  readonly said: Said;
}

export class Sends {
  readonly #all: SaidInRoom[] = [];
  readonly #untaken = new Set<SaidInRoom>();

  add(room: string, kind: Said["kind"], request: SendRequest): void {
    const { text, rootBlock, tags } = request;
    const said = { kind, text, shown: showBlock(rootBlock) || text, block: rootBlock, tags };
    const send = { room, said };
    this.#all.push(send);
    this.#untaken.add(send);
  }

  /** The oldest of a room that no test has looked at, which is thereby looked at. */
  take(room: string): Said | undefined {
    for (const send of this.#untaken) {
      if (send.room !== room) continue;
      this.#untaken.delete(send);
      return send.said;
    }
    return undefined;
  }

  /** What no test has looked at; of one room, or of all. */
  untaken(room?: string): readonly SaidInRoom[] {
    return [...this.#untaken].filter((send) => room === undefined || send.room === room);
  }

  /** Everything ever said. */
  get all(): readonly SaidInRoom[] {
    return this.#all;
  }
}

interface SendRequest {
  readonly text: string;
  readonly rootBlock?: Block | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** `"ann: 7"`, or `does "waves"`. */
export function describe({ kind, shown }: Said): string {
  return kind === "action" ? `does ${JSON.stringify(shown)}` : JSON.stringify(shown);
}

export function describeAll(sends: readonly SaidInRoom[]): string {
  return sends.map(({ room, said }) => `\n  ${room}: ${describe(said)}`).join("");
}

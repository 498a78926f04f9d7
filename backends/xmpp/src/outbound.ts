/** Requests of core as stanzas. Pure. */
import type { Stanza } from "./stanza.ts";

/** What a request becomes. */
export type Plan =
  | { readonly stanzas: readonly Stanza[] }
  /** Nothing is sent; the caller gets the reason. */
  | { readonly refused: string };

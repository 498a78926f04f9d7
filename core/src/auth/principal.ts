/**
 * Who a token stands for, and what it may do.
 *
 * Scopes: `plugin` (events, lists and actions, private messages included unless `-private`
 * is there too), `persona` and `mention-everyone` (add to `plugin` that sends may use another name,
 * and notify everyone), `read` (events without private messages, and lists), `private` (adds private
 * messages to `read`), `backend:<type>/<id>` (`*` stands for any type or id), `metrics`,
 * `admin`.
 */
export interface Principal {
  readonly tokenId: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** Unix milliseconds; `undefined`: never. */
  readonly expiresAtMs: number | undefined;
  has(scope: "plugin" | "read" | "metrics" | "admin"): boolean;
  readonly mayPrivate: boolean;
  readonly mayUsePersona: boolean;
  readonly mayMentionEveryone: boolean;
  mayBeBackend(type: string, id: string): boolean;
}

/** Why a call or an open stream is refused; codes and messages as the protocol gives them. */
export interface Refusal {
  readonly code: "unauthenticated" | "token_revoked" | "token_expired" | "token_store_unavailable";
  readonly message: string;
}

export type Authentication =
  | { readonly ok: true; readonly principal: Principal }
  | { readonly ok: false; readonly refusal: Refusal };

/** What the transport needs of this module. */
export interface Authenticator {
  /**
   * Checks an `authorization` header. Answers at once for a token in memory, else after a query
   * of the store, which does not block the event loop. Where `mayLookUp` says no to that query, the
   * answer is that the store is not available: whether the token is wrong is not known.
   */
  authenticate(
    header: string | undefined,
    mayLookUp?: () => boolean,
  ): Authentication | Promise<Authentication>;
  /** Calls `then` once when the token is revoked or expires; returns the undo. */
  onEnd(principal: Principal, then: (refusal: Refusal) => void): () => void;
}

/** Tokens without a database, for a core that lives as long as a test. */
import { TokenAuthenticator } from "./authenticator.ts";
import { resolveAuthOptions } from "./limits.ts";
import type { Authenticator } from "./principal.ts";
import { newSecret } from "./secret.ts";
import { type AuthClock, TokenTable } from "./token-table.ts";
import { type CreatedToken, type NewToken, newRecord } from "./tokens.ts";

export class MemoryTokens {
  readonly authenticator: Authenticator;
  readonly #table: TokenTable;
  readonly #clock: AuthClock;

  constructor(clock: AuthClock) {
    this.#clock = clock;
    this.#table = new TokenTable(clock);
    this.authenticator = new TokenAuthenticator({
      table: this.#table,
      refresh: () => Promise.resolve(),
      options: resolveAuthOptions(),
      clock,
    });
  }

  /** Throws a TokenError for a name or scopes that no token may have. */
  create(wanted: NewToken): CreatedToken {
    const secret = newSecret();
    const token = newRecord(wanted, secret, this.#clock.wallMs());
    this.#table.put(token);
    return { token, secret };
  }

  /** Ends the tokens of this name and the streams that they opened. */
  revoke(name: string): void {
    for (const { record } of [...this.#table]) {
      if (record.name === name) this.#table.remove(record.hash);
    }
  }

  /** Stops all timers. */
  close(): void {
    this.#table.close();
  }
}

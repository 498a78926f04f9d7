/**
 * The backends' streams that are open. Of those that have not said Hello, a token has few, and none
 * for long: such a stream is nobody's yet, and costs as much as any other.
 */
import type { CallContext } from "../caller.ts";
import { BrokerError } from "../errors.ts";
import { BackendSession, type BackendSessionDeps, type IngestSession } from "./backend-session.ts";

export type BackendSessionsDeps = Omit<BackendSessionDeps, "onHello" | "onClosed">;

/** The streams of one token that have not said Hello, oldest first, each with the undo of its timer. */
type SilentSessions = Map<BackendSession, () => void>;

export class BackendSessions {
  readonly #deps: BackendSessionDeps;
  readonly #all = new Set<BackendSession>();
  /** By the token's id. */
  readonly #silent = new Map<string, SilentSessions>();
  #opened = 0;

  constructor(deps: BackendSessionsDeps) {
    this.#deps = {
      ...deps,
      onHello: (session) => this.#heard(session),
      onClosed: (session) => {
        this.#heard(session);
        this.#all.delete(session);
      },
    };
  }

  open(call: CallContext): IngestSession {
    const session = new BackendSession(`b${++this.#opened}`, call, this.#deps);
    this.#all.add(session);
    this.#awaitHello(session);
    return session;
  }

  /** By the connection's id, or the backend's. */
  find(id: string): BackendSession | undefined {
    for (const each of this.#all) if (each.id === id || each.backend?.id === id) return each;
    return undefined;
  }

  endAll(error: BrokerError): void {
    for (const session of this.#all) session.end(error);
  }

  #awaitHello(session: BackendSession): void {
    const { helloTimeoutMs } = this.#deps.options;
    const sessions = this.#silentOf(session.tokenId);
    this.#makeRoom(sessions);
    const late = () => {
      const text = `no hello within ${helloTimeoutMs} ms`;
      session.end(new BrokerError("request_timeout", text));
    };
    sessions.set(session, this.#deps.clock.after(helloTimeoutMs, late));
    this.#silent.set(session.tokenId, sessions);
  }

  #silentOf(tokenId: string): SilentSessions {
    return this.#silent.get(tokenId) ?? new Map();
  }

  /**
   * The oldest goes, not the newest: an honest backend says Hello at once, and so has its turn among
   * any number of streams of its token that never do.
   */
  #makeRoom(sessions: SilentSessions): void {
    const most = this.#deps.options.maxSilentBackendsPerToken;
    if (sessions.size < most) return;
    const text = `too many streams without a hello for one token, limit ${most}`;
    const [oldest] = sessions.keys();
    oldest?.end(new BrokerError("too_many_streams", text));
  }

  /** The session has said its first word, or is over. Idempotent. */
  #heard(session: BackendSession): void {
    const sessions = this.#silentOf(session.tokenId);
    sessions.get(session)?.();
    sessions.delete(session);
    if (sessions.size === 0) this.#silent.delete(session.tokenId);
  }
}

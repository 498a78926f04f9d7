/** Tries a connection for `--probe`: connects, logs in, waits for the welcome, and leaves. Joins nothing. */
import { ProbeFailure, type ProbeHost } from "@seabird-chat/sdk/backend";
import { systemClock } from "./clock.ts";
import type { ConnectionStatus } from "./connection/hooks.ts";
import { addressOf, answers } from "./connection/other-scheme.ts";
import type { Endpoint } from "./connection/sts.ts";
import { IrcConnection } from "./connection.ts";
import { USUAL_PORT } from "./host-url.ts";
import type { IrcOptions } from "./options.ts";
import type { IrcSettings } from "./settings.ts";
import { SettingRefused, toOptions } from "./to-options.ts";

/** Milliseconds in which a TLS handshake has to be done: less than a probe has, so that the answer names TLS. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** Resolves with who welcomed the bot; rejects with a ProbeFailure. */
export async function probe(
  settings: IrcSettings,
  host: ProbeHost,
  handshakeTimeoutMs = HANDSHAKE_TIMEOUT_MS,
): Promise<string> {
  const options = optionsOf(settings);
  host.begin("connect");
  const trial = new Trial(options, host);
  const connection = new IrcConnection(options, {
    event: () => undefined,
    status: (status) => trial.status(status),
    line: (direction, line) => trial.line(direction, line),
  });
  const stop = () => trial.end.reject(host.signal.reason);
  host.signal.addEventListener("abort", stop, { once: true });
  const stopTimer = systemClock.after(handshakeTimeoutMs, () => trial.handshakeIsLate());
  try {
    return await trial.end.promise;
  } finally {
    stopTimer();
    host.signal.removeEventListener("abort", stop);
    await connection.close();
  }
}

function optionsOf(settings: IrcSettings): IrcOptions {
  try {
    return toOptions({ ...settings, channels: [], sts_file: undefined });
  } catch (cause) {
    if (!(cause instanceof SettingRefused)) throw cause;
    throw new ProbeFailure(cause.message, { setting: cause.path, cause });
  }
}

/** What the numerics that refuse a nick mean; the nick follows. */
const NICK_REFUSALS: Readonly<Record<string, string>> = {
  "432": "the server does not allow the nick",
  "433": "the nick is in use",
  "436": "the nick is in use",
  "437": "the nick is not available at the moment",
};

interface Refusal {
  readonly text: string;
  /** The setting that another value might help. */
  readonly setting?: string;
}

const REFUSALS: Readonly<Record<string, Refusal>> = {
  "463": { text: "the server does not accept connections from this address" },
  "464": { text: "the server wants another password", setting: "password" },
  "465": { text: "the server has banned this machine" },
  "468": { text: "the server does not allow the user name", setting: "user" },
  "466": { text: "the server is about to ban this machine" },
  "902": { text: "the account cannot be used at the moment", setting: "sasl.account" },
  "904": { text: "the account's name or password is wrong", setting: "sasl.password" },
  "905": { text: "the account's name or password is too long", setting: "sasl.password" },
  "906": { text: "the server aborted the login" },
};

const LINE = /^(?:@\S+ +)?(?::(\S+) +)?(\S+) *(.*)$/;

/** Follows one connection until its welcome or its end. */
class Trial {
  readonly end = Promise.withResolvers<string>();
  readonly #options: IrcOptions;
  readonly #host: ProbeHost;
  #isOpen = false;
  #server: string;
  #account: string | undefined;
  /** What the server said before it closed the connection. */
  #refusal: ProbeFailure | undefined;

  constructor(options: IrcOptions, host: ProbeHost) {
    this.#options = options;
    this.#host = host;
    this.#server = options.host;
  }

  line(direction: "in" | "out", line: string): void {
    // The first line of ours goes out when the socket is there, TLS agreed on.
    if (!this.#isOpen) this.#host.begin("register");
    this.#isOpen = true;
    if (direction === "out") return;
    const [, source = "", command = "", rest = ""] = LINE.exec(line) ?? [];
    const text =
      rest
        .split(/(?:^| ):/)
        .slice(1)
        .join(" :") ||
      (rest.split(" ").at(-1) ?? "");
    if (command === "001") this.#server = source || this.#server;
    if (command === "ERROR") {
      this.#refusal ??= new ProbeFailure(`the server closed the connection: ${text}`);
    }
    const about = text === "" ? ` (${command})` : ` (${command} ${text})`;
    const refusal = REFUSALS[command];
    if (refusal !== undefined) {
      this.#refusal = new ProbeFailure(`${refusal.text}${about}`, { setting: refusal.setting });
    }
    const ofNick = NICK_REFUSALS[command];
    if (ofNick === undefined) return;
    const { nick } = this.#options;
    this.end.reject(new ProbeFailure(`${ofNick}: ${nick}${about}`, { setting: "nick" }));
  }

  status(status: ConnectionStatus): void {
    if (status.status === "logged_in") this.#account = status.account;
    if (status.status === "welcomed") {
      const login = this.#account === undefined ? "" : ", logged in to its account";
      this.end.resolve(`${this.#server} welcomes ${status.nick}${login}`);
    }
    if (status.status === "failed") {
      this.end.reject(new ProbeFailure(status.reason, { setting: status.setting }));
    }
    if (status.status === "lost") void this.#failed(status);
  }

  /** A server without TLS waits for the rest of what it takes for a line. */
  handshakeIsLate(): void {
    const { host, port, tls } = this.#options;
    if (!tls || this.#isOpen) return;
    const message = `${host}:${port} does not complete a TLS handshake; is it irc://, or another port?`;
    this.end.reject(new ProbeFailure(message, { setting: "host" }));
  }

  async #failed({ reason, suggestion }: Lost): Promise<void> {
    if (suggestion !== undefined) {
      this.end.reject(new ProbeFailure(reason, { setting: "host", suggestion }));
    } else this.end.reject(this.#refusal ?? (await this.#failure(reason)));
  }

  async #failure(reason: string): Promise<ProbeFailure> {
    if (this.#isOpen && reason.includes("ECONNRESET")) return this.#closedAtOnce();
    if (this.#isOpen) return new ProbeFailure(reason);
    const failure = socketFailure(reason, this.#options);
    const other = NOBODY.test(reason) ? otherUsual(this.#options) : undefined;
    if (other === undefined || !(await answers(other))) {
      return new ProbeFailure(failure, { setting: "host" });
    }
    const suggestion = addressOf(other);
    const how = other.tls ? "with TLS" : "without TLS";
    const message = `${failure}; ${suggestion} answers, ${how}`;
    return new ProbeFailure(message, { setting: "host", suggestion });
  }

  #closedAtOnce(): ProbeFailure {
    const { host, port, tls } = this.#options;
    const hint = tls ? "" : "; if this port speaks TLS, use ircs://";
    return new ProbeFailure(`${host}:${port} closed the connection (ECONNRESET)${hint}`, {
      setting: "host",
    });
  }
}

type Lost = Extract<ConnectionStatus, { status: "lost" }>;

const NOBODY = /ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH/;

/** The usual port of the other scheme, for an address that has the usual port of its own. */
function otherUsual({ host, port, tls }: IrcOptions): Endpoint | undefined {
  if (port !== USUAL_PORT[tls ? "ircs" : "irc"]) return undefined;
  return { host, port: USUAL_PORT[tls ? "irc" : "ircs"], tls: !tls };
}

const SOCKET_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens at",
  ENOTFOUND: "there is no host of this name:",
  EAI_AGAIN: "the name cannot be looked up at the moment:",
  ETIMEDOUT: "no answer from",
  EHOSTUNREACH: "there is no route to",
  ENETUNREACH: "there is no route to",
  ECONNRESET: "the connection was closed by",
};

/** A socket's error, in words for the person who chose the address. */
function socketFailure(reason: string, { host, port, tls }: IrcOptions): string {
  const where = `${host}:${port}`;
  const code = Object.keys(SOCKET_ERRORS).find((each) => reason.includes(each));
  if (code !== undefined && !(tls && code === "ECONNRESET")) {
    return `${SOCKET_ERRORS[code]} ${where}`;
  }
  if (!tls) return `cannot connect to ${where}: ${reason}`;
  if (reason.startsWith("the certificate of ")) return reason;
  if (/certificate|issuer/i.test(reason)) return `cannot connect to ${where}: ${reason}`;
  return `${where} does not speak TLS; is it irc://, or another port?`;
}

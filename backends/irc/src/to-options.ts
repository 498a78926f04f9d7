/** A network's settings as the options of its connection. Reads certificates. */
import { readTextFile, TextFileError } from "@seabird-chat/runtime";
import { tlsFilesProblem } from "./connection/certificate-problem.ts";
import { checkOptions } from "./connection/check-options.ts";
import { safeName } from "./connection/nick-candidates.ts";
import { type HostAddress, parseHost } from "./host-url.ts";
import { DEFAULT_LIMITS, type LimitName } from "./limits.ts";
import { foldName } from "./message/line.ts";
import type { ChannelToJoin, IrcOptions, SaslOptions, TlsFiles } from "./options.ts";
import type { IrcSettings } from "./settings.ts";

/** What a schema cannot see, such as a file that is not there. */
export class SettingRefused extends Error {
  override readonly name = "SettingRefused";
  /** Such as `tls.cert`; empty where the message names it. */
  readonly path: string;

  constructor(path: string, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.path = path;
  }
}

/** Throws SettingRefused. */
export function toOptions(settings: IrcSettings): IrcOptions {
  const address = addressOf(settings);
  const tlsFiles = readTlsFiles(settings);
  const options: IrcOptions = {
    ...address,
    nick: settings.nick,
    // A nick may hold characters that servers refuse in a user name.
    user: settings.user ?? safeName(settings.nick),
    realName: settings.real_name ?? settings.user ?? settings.nick,
    password: settings.password,
    nickservPassword: settings.nickserv_password,
    sasl: saslOf(settings, address.tls, tlsFiles),
    tlsFiles,
    stsFile: settings.sts_file,
    channels: channelsOf(settings),
    rejoin: settings.rejoin,
    ...limitsOf(settings),
  };
  checkLines(options);
  return Object.freeze(options);
}

function checkLines(options: IrcOptions): void {
  try {
    checkOptions(options);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new SettingRefused("", cause.message, { cause });
  }
}

/** Each channel once; the first spelling and key count. On every network the case of letters is none. */
export function channelsOf({ channels }: Pick<IrcSettings, "channels">): readonly ChannelToJoin[] {
  const byName = new Map<string, ChannelToJoin>();
  for (const given of channels) {
    const { name, key } = typeof given === "string" ? nameAndKey(given) : given;
    const folded = foldName(name, "ascii");
    if (!byName.has(folded)) byName.set(folded, { name, key });
  }
  return [...byName.values()];
}

function nameAndKey(entry: string): ChannelToJoin {
  const [name = "", key] = entry.split(/ +/);
  return { name, key };
}

function addressOf({ host, tls }: IrcSettings): HostAddress {
  const address = parseHost(host);
  if (typeof address === "string") throw new SettingRefused("host", address);
  const verifyCertificate = address.verifyCertificate && (tls?.verify ?? true);
  return { ...address, verifyCertificate };
}

function saslOf({ sasl }: IrcSettings, tls: boolean, files: TlsFiles): SaslOptions | undefined {
  if (sasl === undefined) return undefined;
  const { account = "", password, required } = sasl;
  const mechanism = sasl.mechanism.toUpperCase() === "EXTERNAL" ? "EXTERNAL" : "PLAIN";
  if (mechanism === "EXTERNAL" && (!tls || files.cert === undefined)) {
    throw new SettingRefused("sasl.mechanism", "EXTERNAL needs ircs:// and our own certificate");
  }
  return { mechanism, account, password, required };
}

function readTlsFiles({ tls }: IrcSettings): TlsFiles {
  const files = {
    ca: readPem("tls.ca", tls?.ca),
    cert: readPem("tls.cert", tls?.cert),
    key: readPem("tls.key", tls?.key),
  };
  const wrong = tlsFilesProblem(files, tls);
  if (wrong !== undefined) throw new SettingRefused(`tls.${wrong.setting}`, wrong.problem);
  return files;
}

/** A bundle of all authorities is about 250 KB. */
const MAX_PEM_BYTES = 4 * 1024 * 1024;

function readPem(path: string, file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readTextFile(file, MAX_PEM_BYTES).text;
  } catch (cause) {
    if (!(cause instanceof TextFileError)) throw cause;
    throw new SettingRefused(path, cause.message, { cause });
  }
}

/** Of the times that cannot be set, those that depend on one that can; all others are constants. */
function limitsOf(settings: IrcSettings): Record<LimitName, number> {
  const { answer_within_ms: answerWithinMs, ping_timeout_ms: pingTimeoutMs } = settings;
  return {
    ...DEFAULT_LIMITS,
    burstLines: settings.burst_lines,
    lineIntervalMs: settings.line_interval_ms,
    answerWithinMs,
    sendBudgetMs: Math.ceil(answerWithinMs * 0.8),
    pingTimeoutMs,
    pingIntervalMs: Math.ceil(pingTimeoutMs / 2),
    reconnectMinMs: settings.reconnect_ms,
    reconnectMaxMs: settings.reconnect_ms * RECONNECT_GROWTH,
  };
}

/** How much longer than the first pause before a reconnect the longest one is. */
const RECONNECT_GROWTH = 30;

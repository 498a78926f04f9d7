/** An account's settings as the options of its connection. Reads certificates. */
import { X509Certificate } from "node:crypto";
import { readTextFile, TextFileError } from "@seabird-chat/runtime";
import { Fatal } from "@seabird-chat/sdk/backend";
import { parseService } from "./connection/endpoints.ts";
import { DEFAULT_LIMITS, type RoomToJoin, type XmppOptions } from "./options.ts";
import type { XmppSettings } from "./settings.ts";

/** What a schema cannot see, such as a file that is not there. */
export class SettingRefused extends Error {
  override readonly name = "SettingRefused";
  /** Such as `tls.ca`. */
  readonly path: string;

  constructor(path: string, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.path = path;
  }
}

/** How much longer than the first pause before a reconnect the longest one is. */
const RECONNECT_GROWTH = 30;

/** Throws SettingRefused. */
export function toOptions(settings: XmppSettings): XmppOptions {
  const address = settings.address.toLowerCase();
  const [user = "", domain = ""] = address.split("@");
  const { tls } = settings;
  return Object.freeze({
    ...DEFAULT_LIMITS,
    address,
    user,
    domain,
    password: settings.password,
    service: settings.service === undefined ? undefined : parseService(settings.service),
    tls: {
      required: tls?.required ?? true,
      verify: tls?.verify ?? true,
      ca: tls?.ca === undefined ? undefined : readPem(tls.ca),
    },
    rooms: roomsOf(settings),
    nick: nickOf(settings),
    rejoin: settings.rejoin,
    pingTimeoutMs: settings.ping_timeout_ms,
    selfPingMs: settings.self_ping_ms,
    reconnectMinMs: settings.reconnect_ms,
    reconnectMaxMs: settings.reconnect_ms * RECONNECT_GROWTH,
  });
}

/** Throws Fatal for settings that cannot work: a retry does not help. */
export function toOptionsOrFatal(settings: XmppSettings): XmppOptions {
  try {
    return toOptions(settings);
  } catch (cause) {
    if (!(cause instanceof SettingRefused)) throw cause;
    throw new Fatal(cause.message, { setting: cause.path, cause });
  }
}

/** Each room once; the first one counts. */
export function roomsOf(
  settings: Pick<XmppSettings, "address" | "channels" | "nick">,
): readonly RoomToJoin[] {
  const rooms = new Map<string, RoomToJoin>();
  for (const given of settings.channels) {
    const { name, password, nick } =
      typeof given === "string" ? { name: given, password: undefined, nick: undefined } : given;
    const address = name.toLowerCase();
    if (!rooms.has(address))
      rooms.set(address, { address, password, nick: nick ?? nickOf(settings) });
  }
  return [...rooms.values()];
}

function nickOf({ address, nick }: Pick<XmppSettings, "address" | "nick">): string {
  return nick ?? (address.split("@")[0] as string);
}

/** A bundle of all authorities is about 250 KB. */
const MAX_PEM_BYTES = 4 * 1024 * 1024;

function readPem(file: string): string {
  try {
    const { text } = readTextFile(file, MAX_PEM_BYTES);
    new X509Certificate(text);
    return text;
  } catch (cause) {
    const why =
      cause instanceof TextFileError ? cause.message : `${file} holds no certificate (PEM)`;
    throw new SettingRefused("tls.ca", why, { cause });
  }
}

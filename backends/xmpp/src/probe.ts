/** Tries a connection for `--probe`: connects, logs in, and leaves. Joins nothing. */
import { ProbeFailure, type ProbeHost } from "@seabird-chat/sdk/backend";
import { type StreamEnd, XmppStream } from "./connection/stream.ts";
import type { XmppOptions } from "./options.ts";
import type { XmppSettings } from "./settings.ts";
import { SettingRefused, toOptions } from "./to-options.ts";

/** Resolves with who welcomed the bot; rejects with a ProbeFailure. */
export async function probe(settings: XmppSettings, host: ProbeHost): Promise<string> {
  const options = optionsOf(settings);
  host.begin("connect");
  const { promise: online, resolve } = Promise.withResolvers<string>();
  const stream = new XmppStream({
    options,
    resumption: undefined,
    stanza: () => undefined,
    connected: () => host.begin("login"),
    online: (address) => resolve(address),
  });
  const stop = () => void stream.close();
  host.signal.addEventListener("abort", stop, { once: true });
  if (host.signal.aborted) stop();
  try {
    const address = await Promise.race([online, stream.ended.then(fail)]);
    return `${options.domain} welcomes ${address}`;
  } finally {
    host.signal.removeEventListener("abort", stop);
    await stream.close();
  }
}

function fail({ reason, setting }: StreamEnd): never {
  throw new ProbeFailure(reason, { setting });
}

function optionsOf(settings: XmppSettings): XmppOptions {
  try {
    return toOptions({ ...settings, channels: [] });
  } catch (cause) {
    if (!(cause instanceof SettingRefused)) throw cause;
    throw new ProbeFailure(cause.message, { setting: cause.path, cause });
  }
}

/** The settings of the files that core keeps. */
import { join, resolve } from "node:path";
import type { MediaLimits } from "../media/limits.ts";
import { type SettingReader, wrong } from "./setting-reader.ts";

export interface MediaConfig {
  readonly folder: string;
  /** Without a slash at its end. */
  readonly publicUrl: string | undefined;
  readonly publishPrivate: boolean;
  readonly limits: Partial<MediaLimits>;
}

const BY_DEFAULT = join(".seabird", "media");
const YES_NO: Readonly<Record<string, boolean>> = {
  ...{ yes: true, true: true, 1: true, on: true },
  ...{ no: false, false: false, 0: false, off: false },
};

export function readMedia(reader: SettingReader): Omit<MediaConfig, "limits"> {
  const folder = reader.named("mediaFolder")?.value ?? BY_DEFAULT;
  const publish = reader.named("mediaPublishPrivate");
  const publishPrivate = publish && YES_NO[publish.value.toLowerCase()];
  if (publish !== undefined && publishPrivate === undefined) throw wrong(publish, "yes or no");
  return {
    folder: resolve(reader.cwd, folder),
    publicUrl: readPublicUrl(reader),
    publishPrivate: publishPrivate ?? false,
  };
}

function readPublicUrl(reader: SettingReader): string | undefined {
  const given = reader.named("publicUrl");
  if (given === undefined) return undefined;
  const url = URL.canParse(given.value) ? new URL(given.value) : undefined;
  const isPlain = url?.username === "" && url.password === "" && url.search + url.hash === "";
  if (url === undefined || !isPlain || !/^https?:$/.test(url.protocol)) {
    throw wrong(given, "an http or https url such as https://chat.example");
  }
  return url.href.replace(/\/+$/, "");
}

/** The plugins that come with Seabird, in the order in which they are listed. */
import { help } from "./help/index.ts";
import { introspection } from "./introspection/index.ts";
import { ping } from "./ping/index.ts";
import type { Plugin } from "./plugin.ts";

export const PLUGINS: readonly Plugin[] = [help, introspection, ping];

/** The plugins that come with Seabird, in the order in which they are listed. */
import type { Plugin } from "@seabird-chat/sdk";
import { help } from "./help/index.ts";
import { introspection } from "./introspection/index.ts";
import { ping } from "./ping/index.ts";

export const PLUGINS: readonly Plugin[] = [help, introspection, ping];

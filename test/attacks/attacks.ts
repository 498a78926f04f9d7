/** The table of attacks. */
import type { Attack } from "./attack.ts";
import { FLOODS } from "./rows/floods.ts";

export const ATTACKS: Readonly<Record<string, Attack>> = { ...FLOODS };

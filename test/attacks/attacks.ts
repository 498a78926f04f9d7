/** The table of attacks. */
import type { Attack } from "./attack.ts";
import { ACCEPTED } from "./rows/accepted.ts";
import { FLOODS } from "./rows/floods.ts";
import { HTTP1 } from "./rows/http1.ts";
import { TOKENLESS } from "./rows/tokenless.ts";

export const ATTACKS: Readonly<Record<string, Attack>> = {
  ...FLOODS,
  ...TOKENLESS,
  ...HTTP1,
  ...ACCEPTED,
};

/** How a part's program ends. The supervisor starts it again after `failed`, never after `settings`. */
export const PART_EXIT = {
  /** Stopped as it was told to, or finished. */
  ok: 0,
  /** Core or the network refuses it, or it broke. */
  failed: 1,
  /** Wrong flags, environment or hand-over. */
  usage: 2,
  /** Wrong settings; the message names each and what is allowed (sysexits: EX_CONFIG). */
  settings: 78,
} as const;

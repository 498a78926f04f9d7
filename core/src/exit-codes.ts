/** How the process ends, for scripts and for the program that started it. */
export const EXIT = {
  /** Ended as it was asked to. */
  ok: 0,
  /** A setting or an argument is wrong. */
  badSettings: 1,
  /** The address cannot be listened on: the port is taken, or is not ours to take. */
  cannotListen: 2,
  /** The token database cannot be used, or has no such token. */
  tokens: 3,
  /** Anything else; a fault of ours. */
  internal: 70,
} as const;

/** The errors that a backend throws on purpose. */

/**
 * A request that the network, or the backend, does not do: answered Failed with this message, and
 * not logged as a fault. Any other error is answered the same way, and logged.
 */
export class Refused extends Error {
  override readonly name = "Refused";
}

/**
 * A message that may or may not have been sent, as when the network has not confirmed it. Core's next attempt
 * of the same send is answered in the same way, and sends nothing: nothing is said twice. A network that does
 * a request once, by an id that it is given, takes `Refused` and sends again under that id.
 */
export class Unconfirmed extends Refused {
  readonly isUnconfirmed = true;
}

export interface FatalOptions extends ErrorOptions {
  /**
   * Path of the setting that is wrong, such as `sasl.password`. The program then ends with exit
   * code 78 and is not started again; without it, with 1.
   */
  readonly setting?: string | undefined;
}

/**
 * Thrown by `connect`, or as the reason of `closed`: trying again is of no use, because only a
 * person can change what is wrong, such as a password. The backend ends.
 */
export class Fatal extends Error {
  override readonly name = "Fatal";
  readonly setting: string | undefined;

  constructor(message: string, options: FatalOptions = {}) {
    super(message, options);
    this.setting = options.setting;
  }
}

/** By name too: the file may have brought its own copy of the SDK. */
export function isRefused(reason: unknown): reason is Refused {
  return reason instanceof Error && reason.name === "Refused";
}

export function isUnconfirmed(reason: unknown): reason is Unconfirmed {
  return isRefused(reason) && (reason as Partial<Unconfirmed>).isUnconfirmed === true;
}

export function isFatal(reason: unknown): reason is Fatal {
  return reason instanceof Error && reason.name === "Fatal";
}

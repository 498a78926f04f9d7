/** What one check of `seabird doctor` found, and what it is given. */
import type { Clients } from "../client/clients.ts";
import type { Settings } from "../client/settings.ts";

/** The answer to one question. A late one is a problem, and the next check follows. */
const DOCTOR_TIMEOUT_MS = 5_000;
/** For each question. */
export const WITHIN = { timeoutMs: DOCTOR_TIMEOUT_MS };

export interface Finding {
  readonly state: "good" | "warning" | "problem";
  readonly about: string;
  readonly text: string;
  readonly next?: string;
  /** Later checks could only repeat this one. */
  readonly ends?: boolean;
}

export interface Patient {
  readonly settings: Settings;
  readonly clients: Clients;
}

export function good(about: string, text: string): Finding {
  return { state: "good", about, text };
}

export function problem(about: string, text: string, next?: string): Finding {
  return { state: "problem", about, text, ...(next && { next }) };
}

export function warning(about: string, text: string, next?: string): Finding {
  return { state: "warning", about, text, ...(next && { next }) };
}

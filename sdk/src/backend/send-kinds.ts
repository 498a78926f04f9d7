/** What a backend may be able to say, as its metadata names it. */
export const SEND_KINDS = ["message", "action", "private_message", "private_action"] as const;

export type SendKind = (typeof SEND_KINDS)[number];

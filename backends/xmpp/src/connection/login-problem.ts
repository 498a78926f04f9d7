/** Why there is no session, in words; and the setting that has to change, where a retry cannot help. */
import { XMLError } from "@xmpp/xml";
import { printable } from "../inbound/read-stanza.ts";
import { NoTls } from "./stream-socket.ts";

export interface LoginProblem {
  readonly reason: string;
  readonly setting: string | undefined;
  /** By the server, in its words; else something on the way to it. */
  readonly isSaid: boolean;
}

interface Row {
  readonly text: string;
  readonly setting?: string;
}

/** By the condition of SASL (RFC 6120, 6.5). Those without a setting may pass. */
const SASL: Readonly<Record<string, Row>> = {
  "not-authorized": {
    text: "the server does not accept the address or password: the account's owner sets them where the account was made",
    setting: "password",
  },
  "account-disabled": { text: "the server has disabled this account", setting: "address" },
  "credentials-expired": { text: "the password has expired", setting: "password" },
  "invalid-authzid": { text: "the server does not know this address", setting: "address" },
  "malformed-request": { text: "the server does not understand the login", setting: "password" },
};

/** By the condition of a stream's error (RFC 6120, 4.9.3). */
const STREAM: Readonly<Record<string, Row>> = {
  "host-unknown": {
    text: "the server does not serve the domain of this address",
    setting: "address",
  },
  "see-other-host": { text: "the server wants the bot to go to another one: name it as service" },
  conflict: { text: "another program has logged in under the same resource" },
  "system-shutdown": { text: "the server is shutting down" },
  "connection-timeout": { text: "the server heard nothing for too long" },
};

/** By Node's code: what became of a connection, in front of where it went. */
const SOCKET: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens at",
  ENOTFOUND: "there is no host of this name:",
  EAI_AGAIN: "the name cannot be looked up at the moment:",
  ECONNRESET: "the connection was closed by",
  ETIMEDOUT: "no answer from",
  EHOSTUNREACH: "there is no route to",
  ENETUNREACH: "there is no route to",
};

/** Characters of a text that the server sent. */
const MAX_REASON = 300;

export function loginProblem(reason: unknown): LoginProblem {
  const { name, condition, text, code } = Object(reason) as Record<string, unknown>;
  // It speaks something else than XMPP, or speaks it wrongly.
  if (reason instanceof XMLError) {
    return { reason: printable(reason.message, MAX_REASON), setting: undefined, isSaid: true };
  }
  const onTheWay = { setting: undefined, isSaid: false };
  if (reason instanceof NoTls)
    return { ...onTheWay, reason: reason.message, setting: "tls.required" };
  if (typeof condition === "string") {
    const row = (name === "SASLError" ? SASL : STREAM)[condition];
    const said = typeof text === "string" && text !== "" ? `: ${text}` : "";
    const what = row?.text ?? condition.replaceAll("-", " ");
    return {
      reason: printable(`${what} (${condition}${said})`, MAX_REASON),
      setting: row?.setting,
      isSaid: true,
    };
  }
  if (name === "TimeoutError") return { ...onTheWay, reason: "the server does not answer" };
  const message = reason instanceof Error ? reason.message : String(reason);
  const { errors } = Object(reason) as { readonly errors?: readonly Error[] };
  const what =
    socketProblem(reason) ??
    socketProblem(errors?.[0]) ??
    (message || errors?.[0]?.message || String(code ?? "no reason"));
  return { ...onTheWay, reason: printable(what, MAX_REASON) };
}

/** Undefined for other errors, and for those of a connection that has stood. */
function socketProblem(reason: unknown): string | undefined {
  const { code, hostname, address, port } = Object(reason) as Record<string, unknown>;
  const what = typeof code === "string" ? SOCKET[code] : undefined;
  const where = hostname ?? (port === undefined ? address : `${address}:${port}`);
  return what === undefined || where === undefined ? undefined : `${what} ${where} (${code})`;
}

/** Names and scopes of tokens: what is allowed, and which rights they give. */
import { escapeMisleading, isMisleading } from "@seabird-chat/protocol/misleading-text";
import type { Principal } from "./principal.ts";
import { TokenError } from "./token-error.ts";
import type { TokenRecord } from "./token-record.ts";

/** Longest name of a token, in characters. */
const MAX_TOKEN_NAME_LENGTH = 64;
/** Most scopes of one token. */
const MAX_SCOPES = 64;
/** Longest scope, in characters. */
const MAX_SCOPE_LENGTH = 256;

/** Names that are core's own (protocol: Authentication). */
export const RESERVED_NAMES: readonly string[] = Object.freeze(["seabird", "core"]);

/** What they allow is nothing without the scope `plugin`. */
const PLUGIN_ADDITIONS = ["-private", "persona", "mention-everyone"];
const PLAIN_SCOPES = ["plugin", ...PLUGIN_ADDITIONS, "read", "private", "metrics", "admin"];
const CHOICES =
  "plugin, -private, persona, mention-everyone, read, private, backend:<type>/<id>, metrics, admin";
const BACKEND_PREFIX = "backend:";

/** Checks a new token's name; throws a TokenError that says what is wrong with it. */
export function checkTokenName(name: string): void {
  const length = [...name].length;
  if (length < 1 || length > MAX_TOKEN_NAME_LENGTH) {
    throw bad(`a token's name has 1 to ${MAX_TOKEN_NAME_LENGTH} characters; got ${length}`);
  }
  if (name !== name.trim() || isMisleading(name)) {
    throw bad(
      `a token's name has no space at its ends, no control characters and no marks of direction; got "${escapeMisleading(name)}"`,
    );
  }
  const problem = lookAlikeProblem(name);
  if (problem !== undefined) throw bad(`a token's name ${problem}; got ${quote(name)}`);
  if (RESERVED_NAMES.includes(name.toLowerCase())) {
    throw bad(`the name ${quote(name)} is reserved; choose another`);
  }
}

/** What nobody sees, behind what does not need it: it belongs to emoji and to scripts that join. */
const INVISIBLE =
  /(?<=^|[\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}\p{N}\p{P}\p{Z}])\p{Default_Ignorable_Code_Point}/u;
const LETTERS = /[\p{L}\p{M}]+/gu;
/** Scripts whose letters look like each other's. */
const ALIKE = [/\p{sc=Latin}/u, /\p{sc=Greek}/u, /\p{sc=Cyrillic}/u];

/** Why a name can look like another one; senders are told apart by their names. */
function lookAlikeProblem(name: string): string | undefined {
  if (INVISIBLE.test(name)) return "has no invisible characters";
  const plain = name.normalize("NFKC");
  if (name !== plain) return `is written in its plain form ${quote(plain)}`;
  const isMixed = (word: string) => ALIKE.filter((script) => script.test(word)).length > 1;
  if ((name.match(LETTERS) ?? []).some(isMixed)) {
    return "has letters of one script in each word, Latin, Greek or Cyrillic";
  }
  return undefined;
}

/** Checks a new token's scopes; throws a TokenError that names the wrong one and the choices. */
export function checkScopes(scopes: readonly string[]): void {
  if (scopes.length < 1 || scopes.length > MAX_SCOPES) {
    throw bad(`a token has 1 to ${MAX_SCOPES} scopes of ${CHOICES}; got ${scopes.length}`);
  }
  for (const scope of scopes) checkScope(scope);
  const addition = scopes.find((scope) => PLUGIN_ADDITIONS.includes(scope));
  if (addition !== undefined && !scopes.includes("plugin")) {
    throw bad(`scope "${addition}" needs the scope "plugin" beside it`);
  }
  if (scopes.includes("-private") && scopes.includes("private")) {
    throw bad('scopes "private" and "-private" exclude each other');
  }
  if (scopes.includes("private") && !scopes.includes("read") && !scopes.includes("plugin")) {
    throw bad('scope "private" needs the scope "read" beside it');
  }
}

function checkScope(scope: string): void {
  if (PLAIN_SCOPES.includes(scope)) return;
  if (!scope.startsWith(BACKEND_PREFIX)) {
    throw bad(`unknown scope ${quote(scope)}; choose from ${CHOICES}`);
  }
  if (scope.length > MAX_SCOPE_LENGTH || backendPattern(scope) === undefined) {
    throw bad(
      `scope ${quote(scope)} is not backend:<type>/<id>, such as backend:irc/libera or backend:*/*`,
    );
  }
}

interface BackendPattern {
  readonly type: string;
  readonly id: string;
}

/** `undefined`: no backend scope, or one without a type or an id. */
function backendPattern(scope: string): BackendPattern | undefined {
  if (!scope.startsWith(BACKEND_PREFIX)) return undefined;
  const rest = scope.slice(BACKEND_PREFIX.length);
  const slash = rest.indexOf("/");
  const type = rest.slice(0, slash);
  const id = rest.slice(slash + 1);
  if (slash < 1 || id === "" || /\p{Cc}/u.test(rest)) return undefined;
  return { type, id };
}

function bad(message: string): TokenError {
  return new TokenError("bad_request", message);
}

function quote(text: string): string {
  const characters = [...text];
  return JSON.stringify(
    characters.length > MAX_TOKEN_NAME_LENGTH
      ? `${characters.slice(0, MAX_TOKEN_NAME_LENGTH).join("")}...`
      : text,
  );
}

/** What a token's record allows, decided once so that a call only reads it. */
export function principalOf(record: TokenRecord): Principal {
  const scopes = new Set(record.scopes);
  const patterns = record.scopes
    .map(backendPattern)
    .filter((pattern): pattern is BackendPattern => pattern !== undefined);
  return Object.freeze({
    tokenId: record.id,
    name: record.name,
    scopes: Object.freeze([...record.scopes]),
    expiresAtMs: record.expiresAtMs,
    has: (scope: string) => scopes.has(scope),
    mayPrivate: !scopes.has("-private") && (scopes.has("plugin") || scopes.has("private")),
    mayUsePersona: scopes.has("persona"),
    mayMentionEveryone: scopes.has("mention-everyone"),
    mayBeBackend: (type: string, id: string) =>
      patterns.some(
        (pattern) =>
          (pattern.type === "*" || pattern.type === type) &&
          (pattern.id === "*" || pattern.id === id),
      ),
  });
}

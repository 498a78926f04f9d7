/** What is known of a kept file, and its form on disk. */
import { createHash, randomBytes } from "node:crypto";

export interface StoredFile {
  /** The unguessable part of its url, and its name in the folder. */
  readonly key: string;
  /** Absolute. */
  readonly attachmentId: string;
  /** For people; never a path. */
  readonly name: string;
  readonly contentType: string;
  readonly size: number;
  /** Of its bytes, in hexadecimal digits. */
  readonly sha256: string;
  /** Unix milliseconds. */
  readonly storedAtMs: number;
  /** Whether it is of a private conversation. */
  readonly isPrivate: boolean;
}

/** What a file is kept as, before its bytes are there. */
export type FileHead = Pick<
  StoredFile,
  "key" | "attachmentId" | "name" | "contentType" | "isPrivate"
>;

const KEY_BYTES = 32;
const KEY = /^[A-Za-z0-9_-]{43}$/;

export function newKey(): string {
  return randomBytes(KEY_BYTES).toString("base64url");
}

export function isKey(text: string): boolean {
  return KEY.test(text);
}

/** What stands for a secret in a map, so that no comparison of the secret itself takes its time. */
export function digestOf(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}

export function toJson(file: StoredFile): string {
  return JSON.stringify(file);
}

/** `undefined`: the text is not what `toJson` writes. */
export function fromJson(text: string): StoredFile | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const file = value as Record<string, unknown>;
  const isOf = (type: string, ...names: (keyof StoredFile)[]): boolean =>
    names.every((name) => typeof file[name] === type);
  const isWhole =
    isOf("string", "key", "attachmentId", "name", "contentType", "sha256") &&
    isOf("number", "size", "storedAtMs") &&
    isOf("boolean", "isPrivate");
  return isWhole ? (file as unknown as StoredFile) : undefined;
}

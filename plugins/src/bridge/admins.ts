/** Who may use `bridge`. Pure. */
import { parseBackendId, backendId as writeBackendId } from "@seabird-chat/protocol";
import type { User } from "@seabird-chat/sdk";

export interface AdminCheck {
  readonly user: User;
  /** Absolute, such as `irc://libera`. */
  readonly backendId: string;
  /** Whether its network vouches that a user's id is always the same person. */
  readonly hasVerifiedIds: boolean;
}

/** `irc://libera/ann`, `account:alice`, or `account:alice@irc://libera`. */
export function isAdmin(
  admins: readonly string[],
  { user, backendId, hasVerifiedIds }: AdminCheck,
): boolean {
  return admins.some((entry) => {
    if (!entry.startsWith("account:")) return hasVerifiedIds && entry === user.id;
    const [, name = "", backend] = /^account:(.+?)(?:@([a-z][\w-]*:\/\/.+))?$/i.exec(entry) ?? [];
    if (name === "" || user.account !== name) return false;
    const parsed = backend === undefined ? undefined : parseBackendId(backend);
    return backend === undefined || (parsed && writeBackendId(parsed)) === backendId;
  });
}

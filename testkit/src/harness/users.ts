/** The users whom a test plays. */
import type { BackendUser } from "@seabird-chat/sdk/backend";
import { checkNames } from "./check-given.ts";

export interface UserOptions {
  /** The network's id. Default: the name. */
  readonly id?: string | undefined;
  /** Default: the name. */
  readonly displayName?: string | undefined;
  /** The account under which the network knows the user; also sent as the tag `irc/account`. */
  readonly account?: string | undefined;
  /** Whether the network says that the user is a program. Default: false. */
  readonly isBot?: boolean | undefined;
  /** A picture that anybody may open. Default: none. */
  readonly avatarUrl?: string | undefined;
  /** Tags of everything that the user sends. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

const USER_OPTIONS = ["id", "displayName", "account", "isBot", "avatarUrl", "tags"];

export interface TestUser extends BackendUser {
  readonly tags: Readonly<Record<string, string>>;
}

export class TestUsers {
  readonly #byName = new Map<string, TestUser>();

  /** Adds or changes a user. */
  set(name: string, settings: UserOptions = {}): TestUser {
    checkNames("a user", settings, USER_OPTIONS);
    const { id = name, displayName = name, account, isBot, avatarUrl, tags } = settings;
    const withAccount = account === undefined ? {} : { "irc/account": account };
    const user = {
      ...{ id, displayName, account, isBot, avatarUrl },
      tags: { ...withAccount, ...tags },
    };
    this.#byName.set(name, user);
    return user;
  }

  /** A user who was not set is added: the name is also the id and the display name. */
  get(name: string): TestUser {
    return this.#byName.get(name) ?? this.set(name);
  }
}

/** A person on a real IRC server: the foreign client ii, typed into by its FIFO, read by its files. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:fs";
import { type FileHandle, mkdtemp, open, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitFor } from "./irc-wait.ts";

export interface PersonOptions {
  readonly port: number;
  readonly nick: string;
  /** The server's. */
  readonly password?: string | undefined;
}

export class IrcPerson {
  readonly nick: string;
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly #inputs = new Map<string, FileHandle>();

  private constructor(nick: string, folder: string, child: ChildProcess) {
    this.nick = nick;
    this.#folder = folder;
    this.#child = child;
  }

  /** Connects, and waits until the server has welcomed the person. */
  static async connect(ii: string, { port, nick, password }: PersonOptions): Promise<IrcPerson> {
    const folder = await mkdtemp(join(tmpdir(), "seabird-ii-"));
    const args = ["-s", "127.0.0.1", "-p", String(port), "-n", nick, "-f", nick, "-i", folder];
    // ii takes the name of a variable, so that no password is in its arguments.
    if (password !== undefined) args.push("-k", "II_PASSWORD");
    const env = { ...process.env, II_PASSWORD: password ?? "" };
    const person = new IrcPerson(nick, folder, spawn(ii, args, { stdio: "ignore", env }));
    try {
      await person.sees("", "End of message of the day|MOTD file|message of the day|MOTD");
    } catch (reason) {
      await person.close();
      throw reason;
    }
    return person;
  }

  async join(channel: string, key = ""): Promise<void> {
    await this.types("", `/j ${channel} ${key}`.trim());
    await this.sees(channel, `${this.nick}\\(.*has joined`);
  }

  /** Types a line in a channel or a private conversation; "" is the server's window. */
  async types(window: string, line: string): Promise<void> {
    const input = await this.#input(window);
    await input.write(`${line}\n`);
  }

  /** A command as the server reads it. */
  raw(line: string): Promise<void> {
    return this.types("", `/${line}`);
  }

  /** Waits for a line that matches; resolves with all lines that do. */
  sees(window: string, pattern: string, count = 1): Promise<readonly string[]> {
    const expression = new RegExp(pattern, "iu");
    let seen: readonly string[] = [];
    return waitFor(
      () =>
        `${this.nick} to see /${pattern}/ ${count}x in "${window}"; there was: ${seen.join(" | ")}`,
      async () => {
        seen = await this.lines(window);
        const matching = seen.filter((line) => expression.test(line));
        return matching.length >= count ? matching : undefined;
      },
    );
  }

  /** Everything in a window so far. */
  async lines(window: string): Promise<readonly string[]> {
    const text = await readFile(this.#path(window, "out"), "utf8").catch(() => "");
    return text.split("\n").filter((line) => line !== "");
  }

  /** Ends the client. Idempotent. */
  async close(): Promise<void> {
    for (const input of this.#inputs.values()) await input.close();
    this.#inputs.clear();
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, "exit");
      this.#child.kill("SIGKILL");
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #input(window: string): Promise<FileHandle> {
    const known = this.#inputs.get(window);
    if (known !== undefined) return known;
    const path = this.#path(window, "in");
    await waitFor(`${this.nick}'s window "${window}"`, () => exists(path));
    // Kept open, as ii starts anew with each end of its input; both ways, so that it does not wait.
    const input = await open(path, constants.O_RDWR | constants.O_NONBLOCK);
    this.#inputs.set(window, input);
    return input;
  }

  #path(window: string, file: "in" | "out"): string {
    return join(this.#folder, "127.0.0.1", window.toLowerCase(), file);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

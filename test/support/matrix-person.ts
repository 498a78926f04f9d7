/** A person on Matrix with a client that is not ours: matrix-nio, run by `matrix-person.py`. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { waitFor } from "./irc-wait.ts";
import type { Json, MatrixAccount, Synapse } from "./synapse.ts";

const PROGRAM = join(import.meta.dirname, "matrix-person.py");

export class MatrixPerson implements AsyncDisposable {
  readonly userId: string;
  readonly #child: ChildProcess;
  /** Events as the server sent them, with `room_id`, in order. */
  readonly heard: Json[] = [];
  readonly #answers = new Map<number, Json>();
  #isListening = false;
  #errors = "";
  #lastId = 0;

  private constructor({ url, python }: Synapse, { userId }: MatrixAccount) {
    this.userId = userId;
    this.#child = spawn(python, [PROGRAM, url, userId], { stdio: "pipe" });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#errors += text));
    this.#child.stdin?.on("error", () => undefined);
    const lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream });
    lines.on("line", (line) => this.#hear(JSON.parse(line)));
  }

  /** Logged in, and listening. */
  static async join(server: Synapse, account: MatrixAccount): Promise<MatrixPerson> {
    const person = new MatrixPerson(server, account);
    await person.call("login", { password: account.password });
    person.#write({ do: "listen" });
    await person.#until("the first sync", () => person.#isListening);
    return person;
  }

  /** A function of nio's AsyncClient with its arguments by name; rejects if it fails. */
  async call(name: string, args: Record<string, unknown>): Promise<Json> {
    const id = ++this.#lastId;
    this.#write({ id, do: name, with: args });
    const { failed, answer } = await this.#until(name, () => this.#answers.get(id));
    if (failed) throw new Error(`nio's ${name} failed: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** The id of the event. */
  async say(room: string, body: string): Promise<string> {
    const content = { msgtype: "m.text", body };
    return (await this.call("send", { room, content })).event_id;
  }

  /** The first event that fits, also of those that were heard before. */
  async hears(what: string, fits: (event: Json) => boolean): Promise<Json> {
    return await this.#until(what, () => this.heard.find(fits));
  }

  /** May be called twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }

  #write(command: object): void {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  #hear(line: Json): void {
    if (line.listening) this.#isListening = true;
    else if (line.heard) this.heard.push({ ...line.heard, room_id: line.room });
    else this.#answers.set(line.id, line);
  }

  #until<T>(what: string, condition: () => T | undefined | false): Promise<T> {
    return waitFor(
      () => `${what}; the person's errors: ${this.#errors.slice(-2_000)}`,
      () => {
        if (this.#child.exitCode !== null) throw new Error(`nio ended: ${this.#errors}`);
        return condition();
      },
    );
  }
}

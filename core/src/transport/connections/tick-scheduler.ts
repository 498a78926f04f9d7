/**
 * Runs tasks at the end of a tick of the event loop, so that what became ready in it is written
 * together.
 */
export interface TickTask {
  /** Does what can be done now; must not throw. */
  run(): void;
}

export class TickScheduler {
  #tasks = new Set<TickTask>();
  #scheduled = false;
  #number = 0;
  readonly #endTurn = () => {
    this.#scheduled = false;
    this.#number += 1;
    const tasks = this.#tasks;
    if (tasks.size === 0) return;
    this.#tasks = new Set();
    for (const task of tasks) task.run();
  };

  /** Runs the task at the end of this turn, however often it is asked for. */
  schedule(task: TickTask): void {
    this.#tasks.add(task);
    this.#wake();
  }

  /** Forgets a task. */
  cancel(task: TickTask): void {
    this.#tasks.delete(task);
  }

  /** A number that is another one in the next turn. */
  current(): number {
    this.#wake();
    return this.#number;
  }

  #wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#endTurn);
  }
}

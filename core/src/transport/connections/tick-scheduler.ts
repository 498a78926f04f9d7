/**
 * Runs tasks at the end of a tick of the event loop, so that what became ready in it is written
 * together.
 */
export interface TickTask {
  /** Must not throw. */
  run(): void;
}

export class TickScheduler {
  #tasks = new Set<TickTask>();
  #scheduled = false;
  #number = 0;
  readonly #endTick = () => {
    this.#scheduled = false;
    this.#number += 1;
    const tasks = this.#tasks;
    if (tasks.size === 0) return;
    this.#tasks = new Set();
    for (const task of tasks) task.run();
  };

  /** Runs the task once at the end of this tick, however often it is scheduled. */
  schedule(task: TickTask): void {
    this.#tasks.add(task);
    this.#wake();
  }

  /** Removes a task. */
  cancel(task: TickTask): void {
    this.#tasks.delete(task);
  }

  /** The number of this tick, which differs from the next one's. */
  current(): number {
    this.#wake();
    return this.#number;
  }

  #wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#endTick);
  }
}

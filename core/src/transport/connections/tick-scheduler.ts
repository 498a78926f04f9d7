/**
 * Runs tasks at the end of a tick of the event loop, so that what became ready in it is written
 * together.
 *
 * While messages come one at a time there is nothing to gather, and a tick's end is late: what is
 * written then leaves only in the next tick. So what a lone message makes ready may be written as
 * soon as the message has been handled. In a burst this happens for its first message at most.
 */
export interface TickTask {
  /** Must not throw. */
  run(): void;
}

export class TickScheduler {
  #tasks = new Set<TickTask>();
  #soonTasks = new Set<TickTask>();
  #scheduled = false;
  #number = 0;
  /** Messages in this tick, and in the last one that had any. */
  #messages = 0;
  #messagesBefore = 0;

  /** Runs the task once at the end of this tick, however often it is scheduled. */
  schedule(task: TickTask): void {
    this.#tasks.add(task);
    this.#wake();
  }

  /** The same, but runs it after the message that is being handled if that is a lone one. */
  scheduleSoon(task: TickTask): void {
    if (this.#messages !== 1 || this.#messagesBefore > 1) {
      this.schedule(task);
      return;
    }
    if (this.#soonTasks.size === 0) process.nextTick(this.#runSoon);
    this.#soonTasks.add(task);
  }

  /** Removes a task. */
  cancel(task: TickTask): void {
    this.#tasks.delete(task);
    this.#soonTasks.delete(task);
  }

  /** Counts a message of a peer, before it is handled. */
  messageArrived(): void {
    this.#messages += 1;
    this.#wake();
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

  readonly #endTick = () => {
    this.#scheduled = false;
    this.#number += 1;
    if (this.#messages > 0) this.#messagesBefore = this.#messages;
    this.#messages = 0;
    const tasks = this.#tasks;
    if (tasks.size === 0) return;
    this.#tasks = new Set();
    for (const task of tasks) task.run();
  };

  readonly #runSoon = () => {
    const tasks = this.#soonTasks;
    if (tasks.size === 0) return;
    this.#soonTasks = new Set();
    for (const task of tasks) task.run();
  };
}

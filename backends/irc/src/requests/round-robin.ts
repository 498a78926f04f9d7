/** Flows that take turns: each has jobs in their order, and the next one is asked after the last. Pure. */
export class RoundRobin<Job> {
  readonly #flows: { readonly name: string; readonly jobs: Job[] }[] = [];
  /** The place of the flow whose turn it is; beyond the last one it is the first's, or a new one's. */
  #turn = 0;

  add(name: string, job: Job): void {
    const flow = this.#flows.find((each) => each.name === name);
    if (flow === undefined) this.#flows.push({ name, jobs: [job] });
    else flow.jobs.push(job);
  }

  /** The first job of the flow whose turn it is. */
  get next(): Job | undefined {
    return (this.#flows[this.#turn] ?? this.#flows[0])?.jobs[0];
  }

  /** The turn goes on if it was this job's. */
  took(job: Job): void {
    if (this.#flows[this.#turn] === undefined) this.#turn = 0;
    if (this.#flows[this.#turn]?.jobs[0] === job) this.#turn += 1;
  }

  remove(name: string, job: Job): void {
    const place = this.#flows.findIndex((each) => each.name === name);
    const flow = this.#flows[place];
    const index = flow?.jobs.indexOf(job) ?? -1;
    if (flow === undefined || index === -1) return;
    flow.jobs.splice(index, 1);
    if (flow.jobs.length > 0) return;
    this.#flows.splice(place, 1);
    if (place < this.#turn) this.#turn -= 1;
  }

  clear(): void {
    this.#flows.length = 0;
    this.#turn = 0;
  }
}

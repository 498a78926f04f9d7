/**
 * Opens connections that have sent their first bytes: a few in each turn of the event loop, round
 * robin over addresses, and slowly those of an address that has done too much.
 *
 * So whoever has a token gets in from such an address too: it waits for its turn, while connections
 * that do nothing but harm cost next to nothing. A connection that waits is not read.
 */
import type { Duplex } from "node:stream";
import type { Clock } from "../../broker/clock.ts";
import type { TransportLimits } from "../limits.ts";
import type { AddressAccount } from "./address-accounts.ts";
import type { TickScheduler } from "./tick-scheduler.ts";

interface WaitingConnection {
  readonly socket: Duplex;
  readonly open: () => void;
}

/** The connections of one address that wait. */
interface AddressQueue {
  readonly account: AddressAccount;
  readonly connections: WaitingConnection[];
  /** When the last one was opened. */
  openedAtMs: number;
}

export class OpeningQueue {
  readonly #limits: TransportLimits;
  readonly #clock: Clock;
  readonly #ticks: Pick<TickScheduler, "current">;
  readonly #queues = new Map<AddressAccount, AddressQueue>();
  #tick = -1;
  #opened = 0;
  #woken = false;
  #closed = false;

  constructor(limits: TransportLimits, clock: Clock, ticks: Pick<TickScheduler, "current">) {
    this.#limits = limits;
    this.#clock = clock;
    this.#ticks = ticks;
  }

  get size(): number {
    let size = 0;
    for (const { connections } of this.#queues.values()) size += connections.length;
    return size;
  }

  /** Opens the connection, now or in its turn. `false`: too many of its address wait. */
  admit(account: AddressAccount, socket: Duplex, open: () => void): boolean {
    const nowMs = this.#clock.now();
    const isPenalised = account.isPenalised(nowMs);
    const queue = this.#queues.get(account);
    if (queue === undefined && !isPenalised && this.#mayOpen()) {
      account.connections.take(nowMs);
      open();
      return true;
    }
    const connections = queue?.connections ?? [];
    // Of others the listener's limit of connections bounds how many wait: after a restart of core all
    // programs of one machine come at once.
    if (isPenalised && connections.length >= this.#limits.maxWaitingConnections) return false;
    connections.push({ socket, open });
    if (queue === undefined) this.#queues.set(account, { account, connections, openedAtMs: nowMs });
    this.#wake(isPenalised);
    return true;
  }

  close(): void {
    this.#closed = true;
    for (const { connections } of this.#queues.values()) {
      for (const { socket } of connections) socket.destroy();
    }
    this.#queues.clear();
  }

  #mayOpen(): boolean {
    const tick = this.#ticks.current();
    if (tick !== this.#tick) {
      this.#tick = tick;
      this.#opened = 0;
    }
    if (this.#opened >= this.#limits.maxOpeningsPerTick) return false;
    this.#opened += 1;
    return true;
  }

  /** Of addresses that are penalised the next turn need not come at once. */
  #wake(isSlow: boolean): void {
    if (this.#woken || this.#closed) return;
    this.#woken = true;
    if (isSlow) this.#clock.after(500 / this.#limits.penalisedOpeningsPerSecond, this.#turn);
    else setImmediate(this.#turn);
  }

  readonly #turn = () => {
    this.#woken = false;
    const nowMs = this.#clock.now();
    while (this.#openNextOfEach(nowMs));
    if (this.#queues.size === 0) return;
    this.#wake([...this.#queues.keys()].every((account) => account.isPenalised(nowMs)));
  };

  /** `false`: nothing more can be opened in this turn. */
  #openNextOfEach(nowMs: number): boolean {
    let hasOpened = false;
    for (const [account, queue] of [...this.#queues]) {
      const isPenalised = account.isPenalised(nowMs);
      if (isPenalised) {
        this.#refuseExcess(queue);
        if (nowMs - queue.openedAtMs < account.openingIntervalMs(nowMs)) continue;
      }
      const next = nextOpen(queue.connections);
      if (next !== undefined && !this.#mayOpen()) {
        queue.connections.unshift(next);
        return false;
      }
      // To the end, so that the other addresses come first in the next turn.
      this.#queues.delete(account);
      if (next === undefined) continue;
      hasOpened = true;
      if (queue.connections.length > 0) this.#queues.set(account, queue);
      queue.openedAtMs = nowMs;
      account.connections.take(nowMs);
      account.opened(0);
      next.open();
    }
    return hasOpened;
  }

  /** Of an address that is penalised since they came. */
  #refuseExcess({ connections }: AddressQueue): void {
    const { maxWaitingConnections } = this.#limits;
    if (connections.length <= maxWaitingConnections) return;
    for (const { socket } of connections.splice(maxWaitingConnections)) socket.destroy();
  }
}

/** The next one whose peer is still there. */
function nextOpen(connections: WaitingConnection[]): WaitingConnection | undefined {
  for (let next = connections.shift(); next !== undefined; next = connections.shift()) {
    if (!next.socket.destroyed) return next;
  }
  return undefined;
}

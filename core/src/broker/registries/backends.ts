/** The connected backends: each (type, id) is held by one connection. */
import { create } from "@bufbuild/protobuf";
import {
  type BackendName,
  backendId,
  cutUtf8,
  type FailedChatEvent,
  type ListBackendsResponse,
  ListBackendsResponseSchema,
} from "@seabird-chat/protocol";
import type { RequestQueue, Withdraw } from "../actions/request-queue.ts";
import type { BackendRequests } from "../actions/requests.ts";
import type { Caller, Holding, Peer } from "../caller.ts";
import { envelope } from "../codec/envelope.ts";
import { BrokerError } from "../errors.ts";
import type { ResolvedBrokerOptions } from "../options.ts";
import type { BackendStatus } from "../status/status.ts";
import { BackendCapabilities } from "./capabilities.ts";
import { type ChannelListChange, Channels } from "./channels.ts";

export interface BackendDeps {
  readonly name: BackendName;
  readonly connectionId: string;
  readonly caller: Caller;
  readonly peer: Peer;
  readonly queue: RequestQueue;
  readonly requests: BackendRequests;
  readonly options: ResolvedBrokerOptions;
  /** The time now, in Unix milliseconds. */
  readonly wallMs: () => number;
  /** Ends the connection with this error. */
  readonly end: (error: BrokerError) => void;
  /** Its list of channels has changed. */
  readonly onChannelChange: (change: ChannelListChange) => void;
  /** It has lost its network, or has it again. */
  readonly onNetworkChange: (backend: Backend, reason: string) => void;
}

/** One connected backend. */
export class Backend {
  readonly name: BackendName;
  /** Absolute: `irc://seabird`. */
  readonly id: string;
  readonly deps: BackendDeps;
  readonly channels: Channels;
  readonly capabilities: BackendCapabilities;
  readonly #connectedAtMs: number;
  /** Bytes of the requests that are kept until they are done, since they are announced then. */
  keptBytes = 0;
  eventsReceived = 0;
  eventsDropped = 0;
  /** Since when it has not been connected to its network; `undefined`: it is. */
  #networkLostAtMs: number | undefined;
  #networkReason = "";

  constructor(deps: BackendDeps) {
    this.deps = deps;
    this.name = deps.name;
    this.#connectedAtMs = deps.wallMs();
    this.id = backendId(deps.name);
    this.channels = new Channels(deps.name, deps.options, deps.onChannelChange);
    this.capabilities = new BackendCapabilities(deps.name, deps.options, this.channels);
  }

  get requests(): BackendRequests {
    return this.deps.requests;
  }

  get isOnNetwork(): boolean {
    return this.#networkLostAtMs === undefined;
  }

  /** The backend says whether its network is connected to it; what is known already is no news. */
  setNetwork(isConnected: boolean, reason: string): void {
    if (isConnected === this.isOnNetwork) return;
    this.#networkLostAtMs = isConnected ? undefined : this.deps.wallMs();
    const why = cutUtf8(reason, this.deps.options.maxReasonBytes);
    this.#networkReason = isConnected ? "" : why;
    this.deps.onNetworkChange(this, why);
  }

  /** Throws `too_many_in_flight` if a request of so many bytes cannot be taken. */
  checkCapacity(bytes: number): void {
    const { maxRequestsInFlightPerBackend } = this.deps.options;
    const { maxQueuedRequestsPerBackend, maxQueuedRequestBytesPerBackend } = this.deps.options;
    if (this.requests.size >= maxRequestsInFlightPerBackend) {
      throw this.#full(`in flight, limit ${maxRequestsInFlightPerBackend}`);
    }
    if (this.deps.queue.hasCapacity(bytes)) return;
    const limits = `${maxQueuedRequestsPerBackend} or ${maxQueuedRequestBytesPerBackend} bytes`;
    throw this.#full(`waiting to be sent, limit ${limits}`);
  }

  /** Throws `too_many_in_flight` if so many more bytes cannot be kept. */
  checkKeptBytes(bytes: number): void {
    const { maxQueuedRequestBytesPerBackend: most } = this.deps.options;
    if (this.keptBytes === 0 || this.keptBytes + bytes <= most) return;
    throw this.#full(`that are kept until they are done, limit ${most} bytes`);
  }

  /** What a request fails with that the backend refuses. It may succeed once the network is back. */
  refusal({ reason }: Pick<FailedChatEvent, "reason">): BrokerError {
    const { networkRetryAfterMs: retryAfterMs } = this.deps.options;
    const message = reason || "backend gave no reason";
    return new BrokerError("backend_refused", message, this.isOnNetwork ? {} : { retryAfterMs });
  }

  /** The id comes last: it may be so long that the message is cut on its way. */
  #full(where: string): BrokerError {
    const { inFlightRetryAfterMs: retryAfterMs } = this.deps.options;
    const message = `too many requests ${where}, to backend ${this.id}`;
    return new BrokerError("too_many_in_flight", message, { retryAfterMs });
  }

  /** Queues an encoded request; returns what withdraws it while it is not sent. */
  send(request: Uint8Array, holding?: Holding): Withdraw {
    return this.deps.queue.push(envelope(request), holding);
  }

  status(): BackendStatus {
    const { name, connectionId, caller, peer, queue, requests } = this.deps;
    return {
      id: this.id,
      connectionId,
      type: name.type,
      tokenName: caller.name,
      peer: peer.address,
      connectedAtMs: this.#connectedAtMs,
      channels: this.channels.size,
      requestsInFlight: requests.size,
      requestsQueued: queue.size,
      eventsReceived: this.eventsReceived,
      eventsDropped: this.eventsDropped,
      networkLostAtMs: this.#networkLostAtMs,
      networkReason: this.#networkReason,
    };
  }
}

export class Backends {
  readonly #byId = new Map<string, Backend>();
  #list: ListBackendsResponse | undefined;

  get size(): number {
    return this.#byId.size;
  }

  /** Bytes of requests not yet sent, to all of them. */
  get queuedBytes(): number {
    let bytes = 0;
    for (const { deps } of this.#byId.values()) bytes += deps.queue.bytes;
    return bytes;
  }

  /** The backend of this name, by its decoded type and id. */
  find(name: BackendName): Backend | undefined {
    return this.#byId.get(backendId(name));
  }

  /** All of them, sorted by id. */
  sorted(): Backend[] {
    return [...this.#byId.values()].sort((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
  }

  /** The same as an answer: one object until one comes or goes. */
  list(): ListBackendsResponse {
    this.#list ??= create(ListBackendsResponseSchema, {
      backends: this.sorted().map(({ id, name: { type } }) => ({ id, type })),
    });
    return this.#list;
  }

  all(): Iterable<Backend> {
    return this.#byId.values();
  }

  /** Adds one whose name is free; returns the undo, which may be called twice. */
  add(backend: Backend): () => void {
    this.#byId.set(backend.id, backend);
    this.#list = undefined;
    return () => {
      if (this.#byId.get(backend.id) !== backend) return;
      this.#byId.delete(backend.id);
      this.#list = undefined;
    };
  }
}

/**
 * One send that carries an idempotency key (the messages extension in docs/protocol.md:
 * "Idempotency"): what became of it, and the calls that wait for that.
 */
import { type DescMessage, type Message, toBinary } from "@bufbuild/protobuf";
import type { ChatEvent } from "@seabird-chat/protocol";
import type { Cancellable } from "../caller.ts";
import type { Clock } from "../clock.ts";
import { BrokerError, cancelled, timedOut } from "../errors.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Withdraw } from "./request-queue.ts";
import type { BackendRequests } from "./requests.ts";

/** The token's name, its key, and the hash of the request. */
export interface SendKey {
  readonly name: string;
  readonly key: string;
  readonly hash: string;
}

/** One call: the first, or a repetition. */
export interface SendCall {
  /** By the broker's clock. */
  readonly deadlineMs: number;
  readonly call: Cancellable;
  readonly responded: (response: Message) => void;
  readonly failed: (error: BrokerError) => void;
}

/** The request to the backend. */
export interface SendRequest {
  readonly id: string;
  readonly requests: BackendRequests;
  readonly responseSchema: DescMessage;
  /** Makes the response of an answer. Throws BrokerError where the answer means no success. */
  readonly read: (event: ChatEvent) => Message;
  readonly withdraw: Withdraw;
}

/** Where a send is remembered. */
export interface KeyedSendOwner {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  /** Calls that may wait for one send. */
  readonly maxCalls: number;
  /** The send's outcome is unknown to a caller: it is remembered for a time, without an answer too. */
  unsettled(send: KeyedSend): void;
  /** The send succeeded; the response has so many bytes. */
  settled(send: KeyedSend, responseBytes: number): void;
  /** A try after this is a new send. */
  freed(send: KeyedSend): void;
  /** The backend answered the request with this id, and refused it. Comes before `freed`. */
  refused(send: KeyedSend, requestId: string): void;
}

/** A repetition ends so long before its time limit, so that its caller still gets the error. */
const ANSWER_MARGIN_MS = 50;

interface Waiting {
  readonly call: SendCall;
  readonly isFirst: boolean;
  clearDeadline: () => void;
}

type Outcome =
  | { readonly kind: "open" }
  /** The backend's stream has ended without an answer. */
  | { readonly kind: "lost" }
  | { readonly kind: "done"; readonly response: Message };

export class KeyedSend {
  readonly key: SendKey;
  readonly #owner: KeyedSendOwner;
  readonly #calls = new Set<Waiting>();
  #outcome: Outcome = { kind: "open" };
  #request: SendRequest | undefined;

  constructor(key: SendKey, owner: KeyedSendOwner) {
    this.key = key;
    this.#owner = owner;
  }

  /** Waits for the answer, on behalf of the first call. */
  ask(request: SendRequest, call: SendCall): void {
    this.#request = request;
    this.#wait(call, true);
    const { id, requests, withdraw } = request;
    const answered = (event: ChatEvent): void => this.#answered(event);
    const failed = (error: BrokerError, isUnknown: boolean): void => {
      if (isUnknown) this.#lost(error);
      else this.#refused(error);
    };
    requests.wait({ id, answered, failed }, withdraw);
  }

  /** The same call once more: it gets what became of the send, or waits for it. */
  repeat(call: SendCall): void {
    const { clock, maxCalls } = this.#owner;
    const outcome = this.#outcome;
    if (outcome.kind === "done") {
      call.responded(outcome.response);
    } else if (outcome.kind === "lost" || call.deadlineMs - ANSWER_MARGIN_MS <= clock.now()) {
      call.failed(outcomeUnknown());
    } else if (this.#calls.size >= maxCalls) {
      const message = `too many calls wait for one idempotency key, limit ${maxCalls}`;
      call.failed(new BrokerError("too_many_keys", message));
    } else {
      this.#wait(call, false);
    }
  }

  /** The time of being remembered is over: nothing is kept, and nobody waits any longer. */
  expire(): void {
    this.#request?.requests.forget(this.#request.id);
    this.#request = undefined;
    for (const { call } of this.#leaveAll()) call.failed(outcomeUnknown());
  }

  #wait(call: SendCall, isFirst: boolean): void {
    const atMs = isFirst ? call.deadlineMs : call.deadlineMs - ANSWER_MARGIN_MS;
    const waiting: Waiting = { call, isFirst, clearDeadline: () => {} };
    waiting.clearDeadline = this.#owner.deadlines.add(atMs, () => {
      this.#leave(waiting, isFirst ? timedOut() : outcomeUnknown());
    });
    call.call.onCancelled = () => this.#leave(waiting, cancelled());
    this.#calls.add(waiting);
  }

  /** One call ends. If it was the last, the request is withdrawn, or left open if it was sent. */
  #leave(waiting: Waiting, error: BrokerError): void {
    this.#clear(waiting);
    this.#calls.delete(waiting);
    const { id, requests } = this.#request as SendRequest;
    if (this.#calls.size > 0 || requests.leaveOpen(id)) this.#owner.unsettled(this);
    else this.#free();
    waiting.call.failed(error);
  }

  #answered(event: ChatEvent): void {
    const { id, read, responseSchema } = this.#request as SendRequest;
    let response: Message;
    try {
      response = read(event);
    } catch (reason) {
      this.#owner.refused(this, id);
      this.#refused(BrokerError.from(reason));
      return;
    }
    this.#request = undefined;
    this.#outcome = { kind: "done", response };
    this.#owner.settled(this, toBinary(responseSchema, response).length);
    for (const { call } of this.#leaveAll()) call.responded(response);
  }

  /** The backend has not done it, and says so, or was never asked. */
  #refused(error: BrokerError): void {
    this.#free();
    for (const { call } of this.#leaveAll()) call.failed(error);
  }

  #lost(error: BrokerError): void {
    this.#request = undefined;
    this.#outcome = { kind: "lost" };
    this.#owner.unsettled(this);
    for (const { call, isFirst } of this.#leaveAll()) {
      call.failed(isFirst ? error : outcomeUnknown());
    }
  }

  #free(): void {
    this.#request = undefined;
    this.#owner.freed(this);
  }

  #leaveAll(): Waiting[] {
    const calls = [...this.#calls];
    this.#calls.clear();
    for (const waiting of calls) this.#clear(waiting);
    return calls;
  }

  #clear({ call, clearDeadline }: Waiting): void {
    clearDeadline();
    call.call.onCancelled = undefined;
  }
}

function outcomeUnknown(): BrokerError {
  return new BrokerError("outcome_unknown", "outcome unknown");
}

/** The rules of keyed sends as a model: everything that is remembered is in one list. */
import { IDEMPOTENCY_MS } from "@seabird-chat/protocol";

interface ModelSend {
  readonly name: string;
  readonly key: string;
  readonly hash: string;
  readonly id: string;
  state: "open" | "lost" | "done";
  isSent: boolean;
  /** Whether some call has waited for it ever since it began. */
  isInFlight: boolean;
  calls: { number: number; atMs: number; isFirst: boolean }[];
  untilMs: number;
}

export class SendsModel {
  nowMs = 1_000;
  sends: ModelSend[] = [];
  outcomes: string[] = [];
  calls = 0;
  requested = 0;

  send(name: string, key: string, hash: string, timeoutMs: number): void {
    const number = this.calls++;
    const outcome = this.outcomeAtOnce(name, key, hash, timeoutMs, number);
    if (outcome !== undefined) this.outcomes.push(`${number} ${outcome}`);
  }

  /** Undefined: the call waits. */
  outcomeAtOnce(
    name: string,
    key: string,
    hash: string,
    timeoutMs: number,
    number: number,
  ): string | undefined {
    for (const old of this.sends.filter(({ untilMs }) => untilMs <= this.nowMs)) {
      for (const call of old.calls) this.outcomes.push(`${call.number} outcome_unknown`);
      this.free(old);
    }
    const known = this.sends.find((each) => each.name === name && each.key === key);
    const deadlineMs = this.nowMs + timeoutMs;
    if (known !== undefined) {
      if (known.hash !== hash) return "bad_request";
      if (known.state === "done") return `ok m-${known.id}`;
      if (known.state === "lost" || timeoutMs <= 50) return "outcome_unknown";
      if (known.calls.length === 3) return "too_many_keys";
      known.calls.push({ number, atMs: deadlineMs - 50, isFirst: false });
      return undefined;
    }
    const own = this.sends.filter((each) => each.name === name);
    if (own.length === 3) {
      const oldest = own
        .filter(({ state }) => state === "done")
        .sort((a, b) => a.untilMs - b.untilMs)[0];
      if (oldest === undefined) return "too_many_keys";
      this.free(oldest);
    }
    this.sends.push({
      name,
      key,
      hash,
      id: `r${this.requested++}`,
      state: "open",
      isSent: false,
      isInFlight: true,
      calls: [{ number, atMs: deadlineMs, isFirst: true }],
      untilMs: Number.POSITIVE_INFINITY,
    });
    return undefined;
  }

  take(): void {
    for (const each of this.sends) each.isSent = true;
  }

  answer(id: string, kind: string): void {
    const send = this.sends.find((each) => each.id === id && each.state === "open");
    if (send === undefined) return;
    const outcome =
      { success: `ok m-${id}`, failed: "backend_refused" }[kind] ?? "unexpected_answer";
    for (const { number } of send.calls) this.outcomes.push(`${number} ${outcome}`);
    send.calls = [];
    send.isInFlight = false;
    if (kind !== "success" || send.untilMs <= this.nowMs) this.free(send);
    else {
      // Later answers at the same time are younger.
      send.untilMs = this.nowMs + IDEMPOTENCY_MS;
      send.state = "done";
      this.sends.push(...this.sends.splice(this.sends.indexOf(send), 1));
    }
  }

  cancel(number: number): void {
    for (const send of this.sends) {
      const call = send.calls.find((each) => each.number === number);
      if (call !== undefined) this.leave(send, call, "cancelled");
    }
  }

  reconnect(): void {
    for (const send of this.sends.filter(({ state }) => state === "open")) {
      for (const { number, isFirst } of send.calls) {
        const isKnown = isFirst || !send.isSent;
        this.outcomes.push(`${number} ${isKnown ? "backend_gone" : "outcome_unknown"}`);
      }
      send.calls = [];
      send.isInFlight = false;
      if (!send.isSent) this.free(send);
      else {
        send.state = "lost";
        this.remember(send);
      }
    }
  }

  advance(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const due = this.sends
        .flatMap((send) => send.calls.map((call) => ({ send, call })))
        .filter(({ call }) => call.atMs <= endMs)
        .sort((a, b) => a.call.atMs - b.call.atMs)[0];
      if (due === undefined) break;
      this.nowMs = Math.max(this.nowMs, due.call.atMs);
      this.leave(due.send, due.call, due.call.isFirst ? "request_timeout" : "outcome_unknown");
    }
    this.nowMs = endMs;
  }

  leave(send: ModelSend, call: ModelSend["calls"][number], outcome: string): void {
    send.calls = send.calls.filter((each) => each !== call);
    this.outcomes.push(`${call.number} ${outcome}`);
    if (send.calls.length === 0) send.isInFlight = false;
    if (send.calls.length === 0 && !send.isSent) this.free(send);
    else this.remember(send);
  }

  remember(send: ModelSend): void {
    if (send.untilMs === Number.POSITIVE_INFINITY) send.untilMs = this.nowMs + IDEMPOTENCY_MS;
  }

  free(send: ModelSend): void {
    this.sends = this.sends.filter((each) => each !== send);
  }

  newOutcomes(): string[] {
    return this.outcomes.splice(0).sort();
  }
}

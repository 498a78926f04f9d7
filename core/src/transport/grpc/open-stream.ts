/** An open native stream, which ends with its source, its token, its deadline or its peer. */
import type { BrokerError } from "../../broker/errors.ts";
import type { Source } from "../../broker/streams/source.ts";
import { refusalError } from "../calls/admission.ts";
import { atCallerDeadline } from "../calls/caller-deadline.ts";
import { logFailure } from "../calls/log-failure.ts";
import type { CallSetup } from "./call-setup.ts";
import { Pump, type PumpOwner } from "./pump.ts";

export class OpenStream implements PumpOwner {
  /** Called once, when the stream is over for whatever reason. */
  onOver: (() => void) | undefined;
  readonly #setup: CallSetup;
  readonly #pump: Pump;
  readonly #isServerStream: boolean;
  #undoToken: (() => void) | undefined;
  #undoDeadline: (() => void) | undefined;
  #over = false;

  constructor(setup: CallSetup, source: Source, isServerStream: boolean) {
    this.#setup = setup;
    this.#isServerStream = isServerStream;
    this.#pump = new Pump(setup.context, setup.stream, source, this);
  }

  /** The peer has half-closed. */
  inputEnded(): void {
    this.#pump.inputEnded();
  }

  start(): void {
    const { context, stream, call } = this.#setup;
    context.state.openCalls += 1;
    if (this.#isServerStream) context.state.openStreams += 1;
    if (call.principal !== undefined) {
      this.#undoToken = context.authenticator.onEnd(call.principal, (refusal) =>
        this.fail(refusalError(refusal)),
      );
    }
    if (call.timeoutMs !== undefined) {
      this.#undoDeadline = atCallerDeadline(context, call, (error) => this.fail(error));
    }
    if (stream.destroyed || stream.closed || call.cancelled) this.#pump.close();
    else this.#pump.start();
  }

  fail(error: BrokerError): void {
    this.#pump.finish(error);
  }

  /** The stream is gone. */
  closed(): void {
    this.#pump.close();
  }

  pumpHolds(bytes: number): void {
    this.#setup.call.hold(bytes);
  }

  pumpOver(): void {
    if (this.#over) return;
    this.#over = true;
    const { context, path, call } = this.#setup;
    const { outcome } = this.#pump;
    this.#undoToken?.();
    this.#undoDeadline?.();
    context.state.openCalls -= 1;
    if (this.#isServerStream) context.state.openStreams -= 1;
    this.onOver?.();
    call.cancel();
    if (outcome?.error !== undefined) logFailure(context, path, outcome.error);
    const code = outcome === undefined ? "cancelled" : (outcome.error?.code ?? "ok");
    context.observer.callEnded(path, "grpc", code, context.clock.now() - call.arrivedAtMs);
  }
}

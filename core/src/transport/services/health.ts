/** gRPC's standard health service. It needs no token. */
import { create } from "@bufbuild/protobuf";
import {
  Health,
  type HealthCheckRequest,
  type HealthCheckResponse,
  HealthCheckResponseSchema,
} from "@seabird-chat/protocol/grpc";
import { BrokerError, shuttingDown } from "../../broker/errors.ts";
import type { Source, SourceEnd } from "../../broker/streams/source.ts";
import { encodeEnvelope } from "../calls/encode-envelope.ts";
import type { Method } from "../calls/method.ts";

const STATUS = { serving: 1, notServing: 2, serviceUnknown: 3 } as const;

/** Whether core serves, and the calls that watch it. */
export class HealthState {
  #serving = true;
  readonly #services: ReadonlySet<string>;
  readonly #watches = new Set<HealthWatch>();

  /** Knows the services of these methods, and the empty name, which stands for all of core. */
  constructor(methods: readonly Method[]) {
    this.#services = new Set(["", ...methods.map(({ desc }) => desc.parent.typeName)]);
  }

  get serving(): boolean {
    return this.#serving;
  }

  set(serving: boolean): void {
    if (this.#serving === serving) return;
    this.#serving = serving;
    for (const watch of this.#watches) watch.changed();
  }

  /** Ends all watches: core is shutting down. */
  end(): void {
    for (const watch of this.#watches) watch.finish();
  }

  statusOf(service: string): number {
    if (!this.#services.has(service)) return STATUS.serviceUnknown;
    return this.#serving ? STATUS.serving : STATUS.notServing;
  }

  watch(service: string): Source {
    const watch = new HealthWatch(
      () => this.statusOf(service),
      () => this.#watches.delete(watch),
    );
    this.#watches.add(watch);
    return watch;
  }
}

/** Sends a status at once, then each change; a slow reader gets the last one. */
class HealthWatch implements Source {
  onReady: (() => void) | undefined;
  end: SourceEnd | undefined;
  readonly #status: () => number;
  readonly #undo: () => void;
  #sent = -1;

  constructor(status: () => number, undo: () => void) {
    this.#status = status;
    this.#undo = undo;
  }

  finish(): void {
    this.end = { error: shuttingDown() };
    this.onReady?.();
  }

  changed(): void {
    this.onReady?.();
  }

  take(): Uint8Array | undefined {
    const status = this.#status();
    if (status === this.#sent) return undefined;
    this.#sent = status;
    return encodeEnvelope(HealthCheckResponseSchema, response(status));
  }

  close(): void {
    this.#undo();
  }
}

export function healthMethods(state: HealthState): readonly Method[] {
  return [
    {
      kind: "unary",
      desc: Health.method.check,
      access: "open",
      shares: "reply",
      handle(request) {
        const { service } = request as HealthCheckRequest;
        const status = state.statusOf(service);
        if (status === STATUS.serviceUnknown) {
          throw new BrokerError("service_not_found", "unknown service");
        }
        return RESPONSES.get(status) ?? response(status);
      },
    },
    {
      kind: "server_streaming",
      desc: Health.method.watch,
      access: "open",
      handle: (request) => state.watch((request as HealthCheckRequest).service),
    },
  ];
}

function response(status: number): HealthCheckResponse {
  return create(HealthCheckResponseSchema, { status });
}

/** By status: one object each, which is encoded once. */
const RESPONSES = new Map(
  Object.values(STATUS).map((status) => [status as number, response(status)]),
);

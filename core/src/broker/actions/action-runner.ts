/**
 * Runs every action of the table in the same steps: check, announce, ask the backend, wait for its
 * answer. A repetition of a send that is remembered by its key takes the outcome of that send
 * instead. All but the waiting happens before `act` returns, so that the order of calls is the
 * order of announcements and of requests.
 */
import type { Message } from "@bufbuild/protobuf";
import { ACTIONS, type ActionKind, type ActionRequest, type ActionResponse } from "../actions.ts";
import type { CallContext } from "../caller.ts";
import type { AskForFile } from "../media-links.ts";
import { ActionDraft, type ActionRunnerDeps } from "./action-draft.ts";
import { CHECKS, PREPARATIONS, type StepDeps } from "./action-steps.ts";
import { askForFile } from "./ask-for-file.ts";
import { IdempotencyKeys } from "./idempotency.ts";
import { absentSendRate, largeSendRate, RateLimiter } from "./rate-limiter.ts";
import { RequestIds } from "./request-ids.ts";
import { RunningAction } from "./running-action.ts";

export class ActionRunner {
  readonly #deps: StepDeps;

  constructor(deps: ActionRunnerDeps) {
    const keys = new IdempotencyKeys(deps.options, deps.clock);
    const { options, clock } = deps;
    const absentSends = new RateLimiter(options, clock, absentSendRate(options));
    const largeSends = new RateLimiter(options, clock, largeSendRate(options));
    this.#deps = { ...deps, keys, ids: new RequestIds(), absentSends, largeSends };
  }

  /** Rejects with a BrokerError. */
  act<K extends ActionKind>(
    kind: K,
    request: ActionRequest<K>,
    call: CallContext,
  ): Promise<ActionResponse<K>> {
    const { promise, resolve, reject } = Promise.withResolvers<Message>();
    const draft = new ActionDraft(kind, ACTIONS[kind], request, call);
    const running = new RunningAction(this.#deps, draft, { resolve, reject });
    try {
      for (const step of CHECKS) step(draft, this.#deps);
      const repeated = draft.sendKey && this.#deps.keys.find(draft.sendKey);
      if (repeated !== undefined) {
        running.repeat(repeated, draft);
        return promise as Promise<ActionResponse<K>>;
      }
      for (const step of PREPARATIONS) step(draft, this.#deps);
      running.ask(draft);
    } catch (reason) {
      running.failed(reason);
    }
    return promise as Promise<ActionResponse<K>>;
  }

  /** See `askForFile`. */
  readonly fetchAttachment: AskForFile = (...file) => askForFile(this.#deps, ...file);
}

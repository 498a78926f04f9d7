/**
 * Runs every action of the table in the same steps: check, announce, ask the backend, wait for its
 * answer. All but the waiting happens before `act` returns, so that the order of calls is the
 * order of announcements and of requests.
 */
import type { Message } from "@bufbuild/protobuf";
import { ACTIONS, type ActionKind, type ActionRequest, type ActionResponse } from "../actions.ts";
import type { CallContext } from "../caller.ts";
import { ActionDraft, type ActionRunnerDeps } from "./action-draft.ts";
import { CHECKS, PREPARATIONS, type StepDeps } from "./action-steps.ts";
import { RequestIds } from "./request-ids.ts";
import { RunningAction } from "./running-action.ts";

export class ActionRunner {
  readonly #deps: StepDeps;

  constructor(deps: ActionRunnerDeps) {
    this.#deps = { ...deps, ids: new RequestIds() };
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
      for (const step of PREPARATIONS) step(draft, this.#deps);
      running.ask(draft);
    } catch (reason) {
      running.failed(reason);
    }
    return promise as Promise<ActionResponse<K>>;
  }
}

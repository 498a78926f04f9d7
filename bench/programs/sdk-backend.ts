/** A backend on our SDK, in a process of its own: emits when asked, answers requests at once. */
import { silentLog } from "@seabird-chat/sdk";
import { type BackendHost, backend, startBackend } from "@seabird-chat/sdk/backend";
import { incomingMessage } from "../shapes/decoded.ts";
import type { BackendOrder, SdkReport } from "./sdk-orders.ts";

type OrderOf<Type extends BackendOrder["type"]> = Extract<BackendOrder, { type: Type }>;

function report(report: SdkReport): void {
  process.send?.(report);
}

let emit: ((events: number) => void) | undefined;

async function start(order: OrderOf<"backend">): Promise<void> {
  const message = incomingMessage(order.shape);
  const definition = backend(order.backendType, {
    connect(host: BackendHost<unknown>) {
      emit = (events) => {
        for (let event = 0; event < events; event++) host.emit.message(message);
      };
      return { send: () => undefined, close: () => undefined };
    },
  });
  const { id, url, token } = order;
  await startBackend(definition, { id, url, token, log: silentLog }).ready();
  report({ type: "ready" });
}

process.on("message", (order: BackendOrder) => {
  if (order.type === "emit") emit?.(order.events);
  else {
    start(order).catch((error: unknown) => report({ type: "failed", reason: String(error) }));
  }
});
process.on("disconnect", () => process.exit());

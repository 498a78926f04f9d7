/** A plugin on our SDK, in a process of its own, with at most one handler for messages. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { connectActions, plugin, silentLog, startPlugin } from "@seabird-chat/sdk";
import { outgoingMessage } from "../shapes/decoded.ts";
import type { PluginOrder, SdkReport } from "./sdk-orders.ts";

type OrderOf<Type extends PluginOrder["type"]> = Extract<PluginOrder, { type: Type }>;

function report(report: SdkReport): void {
  process.send?.(report);
}

async function start({ url, token, handles }: OrderOf<"plugin">): Promise<void> {
  let handled = 0;
  const measured = plugin("measured");
  if (handles) {
    measured.on("message", ({ text }) => {
      if (text !== "") handled++;
    });
  }
  measured.on("action", () => report({ type: "batch", handled }));
  await startPlugin(measured, { url, token, log: silentLog }).ready();
  report({ type: "ready" });
}

async function send(order: OrderOf<"send">): Promise<void> {
  const actions = connectActions({ url: order.url, token: order.token });
  const { content, tags } = outgoingMessage(order.shape);
  const sending = async () => {
    for (;;) await actions.sendMessage(order.channel, content, { tags });
  };
  report({ type: "ready" });
  await Promise.all(Array.from({ length: order.inFlight }, sending));
}

function heap(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  report({ type: "heap", bytes: process.memoryUsage().heapUsed });
}

process.on("message", (order: PluginOrder) => {
  if (order.type === "heap") {
    heap();
    return;
  }
  const running = order.type === "plugin" ? start(order) : send(order);
  running.catch((error: unknown) => report({ type: "failed", reason: String(error) }));
});
process.on("disconnect", () => process.exit());

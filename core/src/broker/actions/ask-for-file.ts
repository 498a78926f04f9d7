/** Asks a backend for the bytes of a file that it reported (docs/media.md). */
import { ChatRequestSchema } from "@seabird-chat/protocol";
import type { Cancellable } from "../caller.ts";
import { encode } from "../codec/encode.ts";
import { BrokerError } from "../errors.ts";
import type { AskForFile } from "../media-links.ts";
import type { StepDeps } from "./action-steps.ts";
import { unexpectedAnswer } from "./requests.ts";

/** Throws `unknown_backend`, `unsupported` or `too_many_in_flight`; then nothing was asked. */
export function askForFile(
  { backends, clock, ids }: Pick<StepDeps, "backends" | "clock" | "ids">,
  ...[file, uploadUrl, timeoutMs]: Parameters<AskForFile>
): Promise<void> {
  const backend = backends.find(file);
  if (backend === undefined) throw new BrokerError("unknown_backend", "unknown backend");
  if (!backend.capabilities.has("fetch_attachment", undefined)) {
    throw new BrokerError("unsupported", `${backend.id} cannot fetch attachments`);
  }
  const attachmentId = file.relative;
  const deadlineMs = clock.now() + timeoutMs;
  const id = ids.next();
  const bytes = encode(ChatRequestSchema, {
    $typeName: "seabird.ChatRequest",
    id,
    inner: {
      case: "fetchAttachment",
      value: { $typeName: "seabird.FetchAttachmentChatRequest", attachmentId, uploadUrl },
    },
  });
  backend.checkCapacity(bytes.length);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Several callers may wait for the file, so none of them ends the request.
  const call: Cancellable = { cancelled: false, onCancelled: undefined };
  backend.requests.wait(
    {
      id,
      limit: { deadlineMs, call },
      answered: ({ inner }) => {
        if (inner.case === "success") resolve();
        else if (inner.case !== "failed") reject(unexpectedAnswer());
        else reject(backend.refusal(inner.value));
      },
      failed: (error) => reject(error),
    },
    backend.send(bytes),
  );
  return promise;
}

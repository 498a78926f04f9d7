/** What core is to know about the backend as a whole: its capabilities, and whether its network is there. */
import { create, equals } from "@bufbuild/protobuf";
import { type Capabilities, CapabilitiesSchema } from "@seabird-chat/protocol";
import type { ChatEventBody } from "./channels.ts";

/** A longer reason is cut; more of it is in the log. */
const MAX_REASON_CHARACTERS = 300;

export class CoreState {
  readonly #announce: (body: ChatEventBody) => void;
  #capabilities = create(CapabilitiesSchema);
  /** Empty while the network is there: core takes it for connected until it hears otherwise. */
  #lost: { readonly reason: string } | undefined;

  /** `announce` is called for each change. */
  constructor(announce: (body: ChatEventBody) => void) {
    this.#announce = announce;
  }

  /** For the Hello. */
  get capabilities(): Capabilities {
    return this.#capabilities;
  }

  setCapabilities(capabilities: Capabilities): void {
    if (equals(CapabilitiesSchema, capabilities, this.#capabilities)) return;
    this.#capabilities = capabilities;
    this.#announce({ case: "capabilities", value: capabilities });
  }

  networkLost(reason: string): void {
    const cut = reason.toWellFormed().slice(0, MAX_REASON_CHARACTERS).toWellFormed();
    if (this.#lost?.reason === cut) return;
    this.#lost = { reason: cut };
    this.#announce(this.#networkBody());
  }

  networkBack(): void {
    if (this.#lost === undefined) return;
    this.#lost = undefined;
    this.#announce(this.#networkBody());
  }

  /** What a session has to announce after a Hello with these capabilities. */
  since(hello: Capabilities): readonly ChatEventBody[] {
    const bodies: ChatEventBody[] = [];
    if (!equals(CapabilitiesSchema, hello, this.#capabilities)) {
      bodies.push({ case: "capabilities", value: this.#capabilities });
    }
    if (this.#lost !== undefined) bodies.push(this.#networkBody());
    return bodies;
  }

  #networkBody(): ChatEventBody {
    const reason = this.#lost?.reason ?? "";
    return { case: "networkState", value: { isConnected: this.#lost === undefined, reason } };
  }
}

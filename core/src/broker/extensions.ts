/** The extensions of the protocol that core has, by name (docs/protocol.md: "Discovery"). */
import { MESSAGES_EXTENSION } from "@seabird-chat/protocol";

export const EXTENSIONS: readonly string[] = [MESSAGES_EXTENSION];

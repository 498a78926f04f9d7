/** The extensions of the protocol that core has, by name (docs/protocol.md: "Discovery"). */
import { MEDIA_EXTENSION, MESSAGES_EXTENSION } from "@seabird-chat/protocol";

export const EXTENSIONS: readonly string[] = [MESSAGES_EXTENSION, MEDIA_EXTENSION];

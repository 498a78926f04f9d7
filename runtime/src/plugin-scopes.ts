/** The scopes that a plugin may need besides `plugin` (docs/protocol.md: the messages extension). */

export const PLUGIN_SCOPES = ["persona", "mention-everyone"] as const;

/** `persona`: sending under another name. `mention-everyone`: notifying a whole channel. */
export type PluginScope = (typeof PLUGIN_SCOPES)[number];

export function isPluginScope(text: unknown): text is PluginScope {
  return (PLUGIN_SCOPES as readonly unknown[]).includes(text);
}

/** What this backend uses of irc-framework, which brings no types of its own: its parser. */

declare module "irc-framework" {
  /** One parsed line. A command is in upper case; `params` ends with the trailing one. */
  export interface IrcMessage {
    /** Without a prototype, so that no tag's name is anything else. */
    readonly tags: Readonly<Record<string, string>>;
    /** `nick!ident@hostname`, a server's name, or "". */
    readonly prefix: string;
    readonly nick: string;
    readonly ident: string;
    readonly hostname: string;
    readonly command: string;
    readonly params: readonly string[];
  }

  export function ircLineParser(line: string): IrcMessage;
}

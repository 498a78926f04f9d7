/** An address to listen on. */
export interface BindAddress {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

const FORM = /^(?:\[(?<six>[0-9a-fA-F:.%a-z]+)\]|(?<host>[^[\]:\s/]*)):(?<port>\d{1,5})$/;

/** Reads `host:port`, `[address]:port` or `:port` (all addresses); `undefined` if it is none. */
export function parseBindAddress(text: string): BindAddress | undefined {
  const groups = FORM.exec(text)?.groups;
  const port = Number(groups?.["port"]);
  if (groups === undefined || port > 65_535) return undefined;
  const host = groups["six"] ?? groups["host"] ?? "";
  return { host: host === "" ? "0.0.0.0" : host, port };
}

/** Whether only programs on this machine can reach this IP address. */
export function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\./.test(address);
}

/** `host:port` for a URL, with brackets where the address needs them. */
export function formatAddress({ host, port }: BindAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Where a `DATABASE_URL` points. The forms that existing installations use: `sqlite:tokens.db`,
 * `sqlite:///absolute/path.db`, `sqlite://relative.db?mode=rwc`, or a path alone.
 */
export interface DatabaseLocation {
  /** A path as written (relative to the working directory), or `:memory:`. */
  readonly path: string;
  /** Whether a missing file is made; `mode=rw` says no. Default true. */
  readonly create: boolean;
}

/** Reads a `DATABASE_URL`; throws an Error that says what is wrong with it. */
export function parseDatabaseUrl(url: string): DatabaseLocation {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === "sqlite") {
    return located(url, url.slice("sqlite:".length).replace(/^\/\//, ""), unescapePath);
  }
  if (scheme !== undefined && url.startsWith("//", scheme.length + 1)) {
    throw new Error(
      `"${scheme}" is not supported; write sqlite:tokens.db, sqlite:///absolute/path.db or a path`,
    );
  }
  return located(url, url, (path) => path);
}

function located(url: string, rest: string, decode: (path: string) => string): DatabaseLocation {
  const query = rest.indexOf("?");
  const path = decode(query < 0 ? rest : rest.slice(0, query));
  const mode = query < 0 ? null : new URLSearchParams(rest.slice(query + 1)).get("mode");
  if (path === "") throw new Error(`no path in "${url}"; write sqlite:tokens.db or a path`);
  if (path.includes("\0")) throw new Error("a path cannot hold a NUL character");
  if (mode === "ro") throw new Error(`mode=ro in "${url}": core keeps its tokens there and writes`);
  if (path === ":memory:" || mode === "memory") return { path: ":memory:", create: true };
  return { path, create: mode !== "rw" };
}

/** A bad escape stays as it is: a file may well be named `100%.db`. */
function unescapePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

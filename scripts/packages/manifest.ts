/**
 * What a package's manifest is when it is published: its doors lead to `dist`, not to the sources.
 * The manifests in the tree stay private, so that nobody publishes a tree of sources by mistake:
 * Node strips no types below `node_modules`.
 */

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly exports?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

export function published({ private: _, exports: doors, ...rest }: Manifest): Manifest {
  if (doors === undefined) return rest;
  const entries = Object.entries(doors).map(([door, path]) => [door, built(path)] as const);
  return {
    ...rest,
    exports: { ...Object.fromEntries(entries), "./package.json": "./package.json" },
  };
}

type Door = string | { readonly types: string; readonly default: string };

function built(path: string): Door {
  const source = /^\.\/src\/(.+)\.ts$/.exec(path)?.[1];
  if (source === undefined) return path;
  return { types: `./dist/${source}.d.ts`, default: `./dist/${source}.js` };
}

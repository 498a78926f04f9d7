/** A row for every single value of a section, with where it comes from; secrets are masked. */

import { maskLogin } from "@seabird-chat/runtime";
import { formatPath, type OriginRow, type Path, pointerOf } from "./path.ts";
import type { JsonSchema } from "./project.ts";
import { isSecret, schemasAt, schemasOf } from "./schema.ts";
import type { Settled, Spot } from "./settle.ts";

/** Always as long, whatever the secret is. */
const MASK = "********";

/** Names of secrets, where no schema defines them. */
const SECRET_NAMES = /pass|secret|token|key|auth|credential/i;

export interface Section {
  readonly path: Path;
  /** Null: it is not known. */
  readonly schema: JsonSchema | null;
}

export function originRows(value: unknown, settled: Settled, section: Section): OriginRow[] {
  const schema = section.schema ?? {};
  const isUnknown = section.schema === null;
  return rowsOf(value, [], schemasOf(schema, schema), { settled, ...section, schema, isUnknown });
}

interface RowContext {
  readonly path: Path;
  readonly schema: JsonSchema;
  readonly isUnknown: boolean;
  readonly settled: Settled;
}

function rowsOf(
  value: unknown,
  inner: Path,
  schemas: readonly JsonSchema[],
  context: RowContext,
): OriginRow[] {
  const secret =
    isSecret(schemas) || (context.isUnknown && SECRET_NAMES.test(String(inner.at(-1))));
  const entries = secret ? [] : entriesOf(value);
  if (entries.length > 0) {
    return entries.flatMap(([step, each]) =>
      rowsOf(each, [...inner, step], schemasAt(schemas, step, context.schema), context),
    );
  }
  const isEmptyMap = typeof value === "object" && value !== null && !Array.isArray(value);
  if (isEmptyMap && inner.length === 0) return [];
  const spot = spotAt(context.settled, inner);
  const path = formatPath(spot?.exact ? spot.spot.path : [...context.path, ...inner]);
  const shown = secret ? MASK : JSON.stringify(maskedRest(value, schemas));
  return [{ path, value: shown, secret, origin: spot?.spot.origin ?? { from: "default" } }];
}

/**
 * `x-mask-after`: what follows the first such text is a secret, as in `#channel key`. A password in
 * an address is one anyway.
 */
function maskedRest(value: unknown, schemas: readonly JsonSchema[]): unknown {
  const sign = schemas.map((schema) => schema["x-mask-after"]).find((each) => each !== undefined);
  if (typeof value !== "string") return value;
  if (typeof sign !== "string") return maskLogin(value);
  const at = value.indexOf(sign);
  return at === -1 ? value : value.slice(0, at + sign.length) + MASK;
}

function entriesOf(value: unknown): readonly (readonly [string | number, unknown])[] {
  if (Array.isArray(value)) return value.map((each, index) => [index, each] as const);
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

/** Its own, or that of the list in a variable which it is an entry of; else it is a default. */
function spotAt({ spots }: Settled, inner: Path): { spot: Spot; exact: boolean } | undefined {
  for (let length = inner.length; length > 0; length--) {
    const spot = spots.get(pointerOf(inner.slice(0, length)));
    if (spot === undefined) continue;
    const exact = length === inner.length;
    if (exact || spot.origin.from !== "file") return { spot, exact };
    return undefined;
  }
  return undefined;
}

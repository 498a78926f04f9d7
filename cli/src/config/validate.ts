/** Checks settled values against a component's schema; fills in defaults; reports all problems. */
import { errorMessage } from "@seabird-chat/runtime";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { asRecord } from "./as-record.ts";
import { describeSchema, keywordMessage, unknownKey } from "./keyword-message.ts";
import { closed } from "./map-schema.ts";
import { type Path, type Place, pointerOf, stepsOf } from "./path.ts";
import type { ProblemList } from "./problem-list.ts";
import type { JsonSchema } from "./project.ts";
import { keysOf, schemasAt, schemasOf } from "./schema.ts";
import type { Settled, Spot } from "./settle.ts";

export interface ValidateRequest {
  readonly settled: Settled;
  readonly schema: JsonSchema;
  /** Where the component stands, for problems of the whole. */
  readonly path: Path;
  readonly key: Place;
  /** Keys that are not the schema's, and may stand beside its own. */
  readonly reserved: readonly string[];
}

/** Returns a copy with the defaults filled in. */
export function validate(request: ValidateRequest, problems: ProblemList): Record<string, unknown> {
  const value = structuredClone(request.settled.value);
  const check = compile(request.schema);
  if (typeof check === "string") {
    problems.add(request.key, request.path, `its settings' schema cannot be used: ${check}`);
  } else if (!check(value)) {
    const errors = (check.errors ?? []).slice(0, MAX_ERRORS);
    new ErrorReport(request, problems).add(errors);
  }
  return value;
}

/** Returns the reason if the schema cannot be used. */
function compile(schema: JsonSchema): ValidateFunction | string {
  const { $schema: _, $id: __, $async: ___, ...rest } = schema;
  try {
    const ajv = new Ajv2020({
      allErrors: true,
      verbose: true,
      strict: false,
      strictNumbers: true,
      useDefaults: true,
      logger: false,
      validateSchema: false,
      formats: { uri: (text: string) => URL.canParse(text) },
    });
    return ajv.compile(closed(rest));
  } catch (error) {
    return errorMessage(error);
  }
}

/** Errors of one value; further ones are not reported. */
const MAX_ERRORS = 1_000;
const UNKNOWN_KEY = new Set(["additionalProperties", "unevaluatedProperties"]);
const ALTERNATIVES = new Set(["anyOf", "oneOf"]);

class ErrorReport {
  readonly #request: ValidateRequest;
  readonly #problems: ProblemList;
  readonly #reported = new Set<string>();

  constructor(request: ValidateRequest, problems: ProblemList) {
    this.#request = request;
    this.#problems = problems;
  }

  add(errors: readonly ErrorObject[]): void {
    for (const error of withoutRepeats(errors)) {
      if (ALTERNATIVES.has(error.keyword)) this.#alternatives(error, errors);
      else this.#one(error);
    }
  }

  /** If it is clear which alternative was meant, reports its errors; else names all of them. */
  #alternatives(error: ErrorObject, errors: readonly ErrorObject[]): void {
    const branches = Array.isArray(error.schema) ? error.schema : [];
    const wrong = branches.map((_, index) => {
      const prefix = `${error.schemaPath}/${index}/`;
      // The entries of a list share a schema; each has its own place.
      return errors.filter(
        ({ schemaPath, instancePath }) =>
          schemaPath.startsWith(prefix) && isWithin(instancePath, error.instancePath),
      );
    });
    const meant = wrong.filter((each) => each.length > 0 && !isOther(each, error.instancePath));
    const [one] = meant;
    if (one !== undefined && meant.length === 1) this.add(one);
    else if (error.params["passingSchemas"])
      this.#report(error, "fits more than one kind of setting");
    else {
      const given =
        error.data === null ? ", not nothing (# begins a comment, except in quotes)" : "";
      this.#report(error, `must be ${describeSchema(error.parentSchema)}${given}`);
    }
  }

  #one(error: ErrorObject): void {
    const { keyword, params, instancePath } = error;
    const secret = this.#spotOf(instancePath)?.secret === true;
    if (UNKNOWN_KEY.has(keyword)) {
      const key = String(params["additionalProperty"] ?? params["unevaluatedProperty"]);
      const reserved = instancePath === "" ? this.#request.reserved : [];
      const message = unknownKey(key, this.#keysAt(instancePath), reserved);
      this.#report({ ...error, instancePath: instancePath + pointerOf([key]) }, message);
    } else if (keyword === "dependentRequired") {
      const key = String(params["property"]);
      const at = instancePath + pointerOf([key]);
      this.#report({ ...error, instancePath: at }, keywordMessage(error, secret));
    } else this.#report(error, keywordMessage(error, secret));
  }

  #report({ instancePath, keyword }: ErrorObject, message: string): void {
    const isBroken = this.#isBroken(instancePath, ALTERNATIVES.has(keyword));
    // An unknown key is a problem whatever its value is.
    if (isBroken && !UNKNOWN_KEY.has(keyword)) return;
    const spot = this.#spotOf(instancePath);
    const path = spot?.path ?? [...this.#request.path, ...this.#stepsOf(instancePath)];
    // The place of the key if the key is wrong, else that of the value.
    const isKey = UNKNOWN_KEY.has(keyword) || /required$/i.test(keyword);
    const place = (isKey ? spot?.key : spot?.at) ?? this.#request.key;
    const line = `${pointerOf(path)} ${message}`;
    if (this.#reported.has(line)) return;
    this.#reported.add(line);
    const from = source(spot);
    if (
      from !== "" &&
      spot?.origin.from !== "file" &&
      !this.#problems.reports(from, this.#request.path)
    )
      return;
    this.#problems.add(place, path, `${message}${from}`);
  }

  /** The spot of the value, or the nearest one around it. */
  #spotOf(pointer: string): Spot | undefined {
    const { spots } = this.#request.settled;
    for (let at = pointer; ; at = at.slice(0, at.lastIndexOf("/"))) {
      const spot = spots.get(at);
      if (spot !== undefined || at === "") return spot;
    }
  }

  #isBroken(pointer: string, alsoBelow: boolean): boolean {
    for (const [at, { broken }] of this.#request.settled.spots) {
      if (!broken) continue;
      if (isWithin(pointer, at)) return true;
      if (alsoBelow && at.startsWith(`${pointer}/`)) return true;
    }
    return false;
  }

  #keysAt(pointer: string): readonly string[] {
    const { schema } = this.#request;
    let schemas = schemasOf(schema, schema);
    for (const step of this.#stepsOf(pointer)) schemas = schemasAt(schemas, step, schema);
    return keysOf(schemas);
  }

  /** Steps into lists are numbers. */
  #stepsOf(pointer: string): Path {
    let at: unknown = this.#request.settled.value;
    return stepsOf(pointer).map((step) => {
      const inList = Array.isArray(at);
      at = inList ? (at as unknown[])[Number(step)] : asRecord(at)[step];
      return inList ? Number(step) : step;
    });
  }
}

/**
 * Leaves out errors that repeat another one: those of single alternatives, for which the error of
 * the whole is reported, and that a value of the wrong type is not one of the choices.
 */
function withoutRepeats(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const wholes = errors.filter(({ keyword }) => ALTERNATIVES.has(keyword));
  const types = errors.filter(({ keyword }) => keyword === "type");
  return errors.filter(
    (error) =>
      error.propertyName === undefined &&
      !(error.keyword === "if" && errors.length > 1) &&
      !(error.keyword === "enum" && types.some((type) => isSamePlace(type, error))) &&
      !wholes.some(
        (whole) =>
          whole !== error &&
          (error.schemaPath.startsWith(`${whole.schemaPath}/`) || isBehindReference(error, whole)),
      ),
  );
}

function isSamePlace(one: ErrorObject, other: ErrorObject): boolean {
  return one.instancePath === other.instancePath && one.parentSchema === other.parentSchema;
}

function isWithin(pointer: string, around: string): boolean {
  return pointer === around || pointer.startsWith(`${around}/`);
}

/** An alternative that is a reference has its definition's own schema path. */
function isBehindReference(error: ErrorObject, whole: ErrorObject): boolean {
  const hasReferences =
    Array.isArray(whole.schema) && whole.schema.some((branch) => typeof branch?.$ref === "string");
  const below = isWithin(error.instancePath, whole.instancePath);
  return hasReferences && below && /^#\/(\$defs|definitions)\//.test(error.schemaPath);
}

/** Whether the value is of another kind than this alternative: another type, another tag. */
function isOther(errors: readonly ErrorObject[], pointer: string): boolean {
  return errors.some(({ keyword, instancePath }) => {
    if (keyword === "type") return instancePath === pointer;
    const above = instancePath.slice(0, instancePath.lastIndexOf("/"));
    return keyword === "const" && (instancePath === pointer || above === pointer);
  });
}

function source(spot: Spot | undefined): string {
  if (spot === undefined) return "";
  const { origin } = spot;
  if (origin.from === "file") return origin.file === undefined ? "" : ` (in ${origin.file})`;
  if (origin.from === "default") return "";
  const where = { flag: "given as", environment: "the environment's", ".env": ".env's" };
  return ` (${where[origin.from]} ${origin.name})`;
}

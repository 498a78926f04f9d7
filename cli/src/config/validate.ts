/** Checks settled values against a component's schema; fills in defaults; reports all problems. */
import { errorMessage } from "@seabird-chat/runtime";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { asRecord } from "./as-record.ts";
import { describeSchema, keywordMessage, unknownKey } from "./keyword-message.ts";
import { closed } from "./map-schema.ts";
import type { Place } from "./origin.ts";
import { type Path, pointerOf, stepsOf } from "./path.ts";
import type { ProblemList } from "./problem-list.ts";
import type { JsonSchema } from "./project.ts";
import { keysOf, schemasAt, schemasOf } from "./schema.ts";
import type { Settled, Spot } from "./settle.ts";

export interface ValidateRequest {
  readonly settled: Settled;
  readonly schema: JsonSchema;
  /** Where the component stands, for what is said of the whole. */
  readonly path: Path;
  readonly key: Place;
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

/** The reason, if it is no schema. */
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

/** Of a value that is wrong all over, no more than these are reported. */
const MAX_ERRORS = 1_000;
const UNKNOWN_KEY = new Set(["additionalProperties", "unevaluatedProperties"]);
const ALTERNATIVES = new Set(["anyOf", "oneOf"]);

class ErrorReport {
  readonly #request: ValidateRequest;
  readonly #problems: ProblemList;
  readonly #told = new Set<string>();

  constructor(request: ValidateRequest, problems: ProblemList) {
    this.#request = request;
    this.#problems = problems;
  }

  add(errors: readonly ErrorObject[]): void {
    for (const error of withoutEchoes(errors)) {
      if (ALTERNATIVES.has(error.keyword)) this.#alternatives(error, errors);
      else this.#one(error);
    }
  }

  /** The one alternative that was meant explains itself; else all of them are named. */
  #alternatives(error: ErrorObject, errors: readonly ErrorObject[]): void {
    const branches = Array.isArray(error.schema) ? error.schema : [];
    const wrong = branches.map((_, index) => {
      const prefix = `${error.schemaPath}/${index}/`;
      // The entries of a list have one schema, and each its own place.
      return errors.filter(
        ({ schemaPath, instancePath }) =>
          schemaPath.startsWith(prefix) && isWithin(instancePath, error.instancePath),
      );
    });
    const meant = wrong.filter((each) => each.length > 0 && !isOther(each, error.instancePath));
    const [one] = meant;
    if (one !== undefined && meant.length === 1) this.add(one);
    else if (error.params["passingSchemas"])
      this.#tell(error, "fits more than one kind of setting");
    else {
      const given =
        error.data === null ? ", not nothing (# begins a comment, except in quotes)" : "";
      this.#tell(error, `must be ${describeSchema(error.parentSchema)}${given}`);
    }
  }

  #one(error: ErrorObject): void {
    const { keyword, params, instancePath } = error;
    const secret = this.#spotOf(instancePath)?.secret === true;
    if (UNKNOWN_KEY.has(keyword)) {
      const key = String(params["additionalProperty"] ?? params["unevaluatedProperty"]);
      const message = unknownKey(key, this.#keysAt(instancePath));
      this.#tell({ ...error, instancePath: instancePath + pointerOf([key]) }, message);
    } else if (keyword === "dependentRequired") {
      const key = String(params["property"]);
      const at = instancePath + pointerOf([key]);
      this.#tell({ ...error, instancePath: at }, keywordMessage(error, secret));
    } else this.#tell(error, keywordMessage(error, secret));
  }

  #tell({ instancePath, keyword }: ErrorObject, message: string): void {
    const isBroken = this.#isBroken(instancePath, ALTERNATIVES.has(keyword));
    // That a key is unknown has nothing to do with its value.
    if (isBroken && !UNKNOWN_KEY.has(keyword)) return;
    const spot = this.#spotOf(instancePath);
    const path = spot?.path ?? [...this.#request.path, ...this.#stepsOf(instancePath)];
    // A key that is wrong is shown as such; of a wrong value, the value.
    const isKey = UNKNOWN_KEY.has(keyword) || /required$/i.test(keyword);
    const place = (isKey ? spot?.key : spot?.at) ?? this.#request.key;
    const line = `${pointerOf(path)} ${message}`;
    if (this.#told.has(line)) return;
    this.#told.add(line);
    this.#problems.add(place, path, `${message}${source(spot)}`);
  }

  /** What is known of the value, or of the nearest thing around it that stands in the file. */
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
 * Errors of the alternatives, which the error of the whole is told instead of, are left out; and
 * so is that a value of the wrong type is none of the choices.
 */
function withoutEchoes(errors: readonly ErrorObject[]): readonly ErrorObject[] {
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

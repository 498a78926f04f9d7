/** Where the values of the configuration come from, for `seabird config show`. */

/** Lines and columns count from 1. */
export interface Place {
  readonly line: number;
  readonly col: number;
}

export type Origin =
  | { readonly from: "flag" | "environment" | ".env"; readonly name: string }
  | {
      readonly from: "file";
      readonly place: Place;
      /** `x_file`: the value is in that file. */
      readonly file?: string;
    }
  | { readonly from: "default" };

/** One value of the configuration. */
export interface OriginRow {
  readonly path: string;
  /** Masked if it is a secret. */
  readonly value: string;
  readonly secret: boolean;
  readonly origin: Origin;
}

export type Origins = readonly OriginRow[];

import assert from "node:assert/strict";
import { test } from "node:test";
import { STATUS_BY_CODE } from "../broker/error-status.ts";
import { ERROR_CODES } from "../broker/errors.ts";
import { GRPC_STATUS, grpcStatusOf } from "./status.ts";

test("every code has its row, and no row is left over", () => {
  assert.deepEqual(Object.keys(STATUS_BY_CODE).toSorted(), [...ERROR_CODES].toSorted());
});

test("no error looks like success", () => {
  for (const code of ERROR_CODES) assert.notEqual(grpcStatusOf(code), GRPC_STATUS.OK);
});

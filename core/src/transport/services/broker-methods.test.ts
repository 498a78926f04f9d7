import assert from "node:assert/strict";
import { test } from "node:test";
import { ChatIngest, Messages, Seabird } from "@seabird-chat/protocol";
import { TestBroker } from "../../broker/test/fixtures.ts";
import { pathOf } from "../calls/method-table.ts";
import { brokerMethods } from "./broker-methods.ts";

test("every RPC of the services is served, once", () => {
  const served = brokerMethods(new TestBroker().broker).map(pathOf);
  const declared = [Seabird, ChatIngest, Messages].flatMap(({ typeName, methods }) =>
    methods.map(({ name }) => `/${typeName}/${name}`),
  );
  assert.deepEqual(served.sort(), declared.sort());
});

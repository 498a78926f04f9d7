import assert from "node:assert/strict";
import { test } from "node:test";
import { SeabirdError } from "../link/errors.ts";
import { AddressRules } from "./address-rules.ts";

/** A range of IANA's registries of special-purpose addresses a row: its first and last address. */
const SPECIAL: readonly (readonly [first: string, last: string])[] = [
  ["0.0.0.0", "0.255.255.255"],
  ["10.0.0.0", "10.255.255.255"],
  ["100.64.0.0", "100.127.255.255"],
  ["127.0.0.0", "127.255.255.255"],
  ["169.254.0.0", "169.254.255.255"],
  ["172.16.0.0", "172.31.255.255"],
  ["192.0.0.0", "192.0.0.255"],
  ["192.0.2.0", "192.0.2.255"],
  ["192.31.196.0", "192.31.196.255"],
  ["192.52.193.0", "192.52.193.255"],
  ["192.88.99.0", "192.88.99.255"],
  ["192.168.0.0", "192.168.255.255"],
  ["192.175.48.0", "192.175.48.255"],
  ["198.18.0.0", "198.19.255.255"],
  ["198.51.100.0", "198.51.100.255"],
  ["203.0.113.0", "203.0.113.255"],
  ["224.0.0.0", "239.255.255.255"],
  ["240.0.0.0", "255.255.255.255"],
  ["::", "::1"],
  ["::2", "::fffe:ffff:ffff"],
  ["::ffff:127.0.0.1", "::ffff:10.0.0.1"],
  ["::ffff:0:127.0.0.1", "::ffff:0:8.8.8.8"],
  ["64:ff9b::127.0.0.1", "64:ff9b::192.168.0.1"],
  ["64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"],
  ["100::", "100::ffff:ffff:ffff:ffff"],
  ["100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff"],
  ["2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["2001:0:808:808::f5f5:f5f5", "2001:2::1"],
  ["2001:10::", "2001:3f:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["2002::", "2002:808:808::1"],
  ["2002:7f00:1::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff"],
  ["3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["4000::1", "1fff::1"],
];

const PUBLIC = [
  ...["1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255"],
  ...["128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0"],
  ...["192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255"],
  ...["2000::1", "2606:4700::1111", "2a00:1450:4001::1", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"],
];

const NO_ADDRESSES = ["", "localhost", "127.1", "0x7f.0.0.1", "0177.0.0.1", "2130706433"].concat(
  "fe80::1%eth0",
  "2606:4700::1111%1",
  "1.1.1.1 ",
  "[::1]",
);

test("special addresses are refused, with their kind", () => {
  const rules = new AddressRules([]);
  for (const address of SPECIAL.flat()) {
    assert.match(rules.refusal(address) ?? "allowed", /^(?!allowed)\w+$/, address);
  }
});

test("public addresses are opened", () => {
  const rules = new AddressRules([]);
  for (const address of PUBLIC) assert.equal(rules.refusal(address), undefined, address);
});

test("what is no address in its usual spelling is refused", () => {
  const rules = new AddressRules(["0.0.0.0/0", "::/0"]);
  for (const text of NO_ADDRESSES) assert.equal(rules.refusal(text), "not an address", text);
});

test("allowed addresses and ranges are opened, and no others", () => {
  const rules = new AddressRules(["127.0.0.1", "192.168.0.0/16", "fd00::/8", "::1"]);
  const opened = ["127.0.0.1", "::ffff:127.0.0.1", "192.168.255.1", "fd12::1", "::1", "1.1.1.1"];
  for (const address of opened) assert.equal(rules.refusal(address), undefined, address);
  const refused = ["127.0.0.2", "10.0.0.1", "fc00::1", "::2", "::ffff:127.0.0.2"];
  for (const address of refused) assert.notEqual(rules.refusal(address), undefined, address);
});

test("an allowance that cannot be read is named", () => {
  const wrong = [
    "localhost",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10/8",
    "::/129",
    "1.2.3.4/8/8",
    "fe80::1%1",
  ];
  for (const text of wrong) {
    assert.throws(
      () => new AddressRules([text]),
      (error) => error instanceof SeabirdError && error.message.includes(`has "${text}"; allowed:`),
      text,
    );
  }
});

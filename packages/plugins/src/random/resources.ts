/**
 * The types of the `random` plugin that this project declares:
 * https://www.pulumi.com/registry/packages/random/. A random value exists in the state only, so
 * nothing is read or deleted.
 */
import { randomBytes, randomUUID } from "node:crypto";
import type { ValueRecord } from "../protocol/values";
import type { Fields } from "../schema/fields";
import { integer, map, string, type ResourceProperties } from "../schema/property";
import type { ResourceType } from "../schema/resource";
import { integerAtLeast } from "../schema/validators";

type RandomResource = ResourceType<undefined>;

/** Each changed property replaces the value. */
const replaced = { forceNew: true };
const keepers = map("optional", replaced);

const randomId = entry("RandomId", {
  properties: {
    byteLength: integer("required", { ...replaced, check: integerAtLeast(1) }),
    keepers,
    prefix: string("optional", replaced),
    b64Std: string("computed"),
    b64Url: string("computed"),
    dec: string("computed"),
    hex: string("computed"),
  },
  make(plan) {
    const bytes = randomBytes(plan.number("byteLength"));
    const prefix = plan.text("prefix");
    const hex = bytes.toString("hex");
    const values = {
      b64Std: prefix + bytes.toString("base64"),
      b64Url: prefix + bytes.toString("base64url"),
      dec: prefix + BigInt(`0x${hex}`).toString(),
      hex: prefix + hex,
    };
    return { id: bytes.toString("base64url"), values };
  },
});

const randomUuid = entry("RandomUuid", {
  properties: { keepers, result: string("computed") },
  make() {
    const result = randomUUID();
    return { id: result, values: { result } };
  },
});

export const resources: readonly RandomResource[] = [randomId, randomUuid];

interface Maker {
  readonly properties: ResourceProperties;
  readonly make: (plan: Fields) => { id: string; values: ValueRecord };
}

function entry(name: string, { properties, make }: Maker): RandomResource {
  return {
    name,
    terraform: name.replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase(),
    properties,
    schemaVersion: 0,
    create(plan, _, created) {
      const { id, values } = make(plan);
      created(id, values);
      return Promise.resolve();
    },
    read: (_, __, state) => Promise.resolve(state.values),
    update: () => Promise.resolve(),
    delete: () => Promise.resolve(),
  };
}

/** https://www.pulumi.com/registry/packages/random/ */
import { randomBytes, randomInt, randomUUID } from "node:crypto";
import type { Value, ValueRecord } from "../protocol/values";
import type { Fields } from "../schema/fields";
import { boolean, integer, map, string, type Properties, type Property } from "../schema/property";
import type { ResourceType } from "../schema/resource";
import { integerAtLeast } from "../schema/validators";
import { bcryptHash } from "./bcrypt";
import { petName } from "./pet";

type RandomResource = ResourceType<undefined>;

/** Every property makes a new value when it changes: a random value has nothing to update. */
const replaced = { forceNew: true };
const keepers = map("optional", replaced);

/** Filled in by the plugin and not by `check`: what is left away is the default, in the state too. */
function withDefault(make: typeof integer, value: number | boolean): Property {
  return make("optional", { ...replaced, isDefaultState: (before) => before === value });
}

const textProperties: Properties = {
  keepers,
  length: integer("required", { ...replaced, check: integerAtLeast(1) }),
  lower: withDefault(boolean, true),
  minLower: withDefault(integer, 0),
  minNumeric: withDefault(integer, 0),
  minSpecial: withDefault(integer, 0),
  minUpper: withDefault(integer, 0),
  number: withDefault(boolean, true),
  numeric: withDefault(boolean, true),
  overrideSpecial: string("optional", replaced),
  special: withDefault(boolean, true),
  upper: withDefault(boolean, true),
};

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

const randomString = entry("RandomString", {
  schemaVersion: 2,
  properties: { ...textProperties, result: string("computed") },
  make(plan) {
    const result = randomText(plan);
    return { id: result, values: { ...filledIn(plan), result } };
  },
});

const randomPassword = entry("RandomPassword", {
  schemaVersion: 3,
  properties: {
    ...textProperties,
    bcryptHash: string("computed", { secret: true }),
    result: string("computed", { secret: true }),
  },
  make(plan) {
    const result = randomText(plan);
    return { id: "none", values: { ...filledIn(plan), result, bcryptHash: bcryptHash(result) } };
  },
});

const randomUuid = entry("RandomUuid", {
  properties: { keepers, result: string("computed") },
  make() {
    const result = randomUUID();
    return { id: result, values: { result } };
  },
});

const randomInteger = entry("RandomInteger", {
  properties: {
    keepers,
    max: integer("required", replaced),
    min: integer("required", replaced),
    seed: string("optional", { ...replaced, unsupported: true }),
    result: integer("computed"),
  },
  make(plan) {
    const [minimum, maximum] = [plan.number("min"), plan.number("max")];
    if (maximum < minimum) {
      throw new Error(
        "Create Random Integer Error: the minimum (min) value needs to be smaller than or equal to maximum (max) value.",
      );
    }
    const result = randomInt(minimum, maximum + 1);
    return { id: String(result), values: { result } };
  },
});

const randomPet = entry("RandomPet", {
  properties: {
    keepers,
    length: withDefault(integer, 2),
    prefix: string("optional", replaced),
    separator: string("optional", { ...replaced, isDefaultState: (before) => before === "-" }),
  },
  make(plan) {
    const separator = plan.isSet("separator") ? plan.text("separator") : "-";
    const length = plan.isSet("length") ? plan.number("length") : 2;
    const words = petName(length);
    const prefix = plan.text("prefix");
    const id = (prefix === "" ? words : [prefix, ...words]).join(separator);
    return { id, values: { length, separator } };
  },
});

export const resources: readonly RandomResource[] = [
  randomId,
  randomInteger,
  randomPassword,
  randomPet,
  randomString,
  randomUuid,
];

interface Maker {
  properties: Properties;
  schemaVersion?: number;
  make(plan: Fields): { id: string; values: ValueRecord };
}

/** The state is all there is of a random value: it is read from there, and gone with it. */
function entry(name: string, maker: Maker): RandomResource {
  const { properties, schemaVersion = 0 } = maker;
  return {
    name,
    terraform: name.replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase(),
    properties,
    schemaVersion,
    create(plan, _, created) {
      const { id, values } = maker.make(plan);
      created(id, values);
      return Promise.resolve();
    },
    read: (_, __, state) => Promise.resolve(state.values),
    update: () => Promise.resolve(),
    delete: () => Promise.resolve(),
  };
}

const characters = {
  lower: "abcdefghijklmnopqrstuvwxyz",
  upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  numeric: "0123456789",
  special: "!@#$%&*()-_=+[]{}<>:?",
} as const;

type CharacterClass = keyof typeof characters;

function isWanted(plan: Fields, name: CharacterClass): boolean {
  if (plan.isSet(name)) return plan.flag(name);
  // `number` is the older name of `numeric`.
  return name === "numeric" && plan.isSet("number") ? plan.flag("number") : true;
}

/** The wanted minimum of each class, the rest of all classes, in random order. */
function randomText(plan: Fields): string {
  const minimums = { lower: "minLower", upper: "minUpper", numeric: "minNumeric", special: "minSpecial" } as const;
  const alphabet = (name: CharacterClass) =>
    name === "special" && plan.has("overrideSpecial") ? plan.text("overrideSpecial") : characters[name];
  const names = Object.keys(characters) as CharacterClass[];
  const length = plan.number("length");
  const least = names.reduce((sum, name) => sum + plan.number(minimums[name]), 0);
  if (length < least) {
    throw new Error(
      "Attribute length value must be at least sum of min_upper + min_lower + min_numeric + min_special, got: " +
        String(length),
    );
  }
  const all = names
    .filter((name) => isWanted(plan, name))
    .map(alphabet)
    .join("");
  if (all === "" && length > least)
    throw new Error("Create Random String Error: there are no characters to choose from.");
  const chosen = names.flatMap((name) => pick(alphabet(name), plan.number(minimums[name])));
  return shuffled([...chosen, ...pick(all, length - least)]).join("");
}

function pick(alphabet: string, count: number): string[] {
  return Array.from({ length: count }, () => alphabet.charAt(randomInt(alphabet.length)));
}

function shuffled<T>(items: readonly T[]): T[] {
  const rest = [...items];
  const result: T[] = [];
  while (rest.length > 0) result.push(...rest.splice(randomInt(rest.length), 1));
  return result;
}

/** The state has every switch and minimum, be they given or not. */
function filledIn(plan: Fields): Record<string, Value> {
  const numeric = isWanted(plan, "numeric");
  const switches = {
    lower: isWanted(plan, "lower"),
    upper: isWanted(plan, "upper"),
    special: isWanted(plan, "special"),
  };
  const minimums = ["minLower", "minNumeric", "minSpecial", "minUpper"].map(
    (name) => [name, plan.number(name)] as const,
  );
  return { ...switches, numeric, number: numeric, ...Object.fromEntries(minimums) };
}

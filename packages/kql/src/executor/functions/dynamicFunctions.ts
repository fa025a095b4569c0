import type { FunctionCall, FunctionCompiler } from "../evaluator";
import { compareForSort, sameValue, valueKey } from "../values/compare";
import { convert, elements, jsonText, member, parseJsonValue, toText } from "../values/convert";
import { spend } from "../budget";
import { asDynamic, isArray, isBag, unwrapped, type KustoValue } from "../values/kustoValue";
import { plainFunctions, refused, type PlainFunction } from "./plainFunctions";
import { typeArgument } from "./textFunctions";

const array = (value: KustoValue | undefined) => (isArray(value ?? null) ? (value as readonly KustoValue[]) : null);

/** Values without repetition, in the order of their first place. */
export function distinctValues(values: readonly KustoValue[]): KustoValue[] {
  return [...new Map(values.map((value) => [valueKey(value), value])).values()];
}

const bagPack: PlainFunction = (args, { types }) => {
  const pairs = args.flatMap((name, index) =>
    index % 2 === 0 ? [[toText(name), asDynamic(args[index + 1] ?? null, types[index + 1])] as const] : [],
  );
  return Object.fromEntries(pairs);
};

/** A bag of all columns of the row. */
const packAll: FunctionCompiler = ({ scope, evaluator, node, nodes }) => {
  if (nodes.length > 0) throw evaluator.unsupported(node, node.text);
  const { columns } = scope;
  return ({ row }) =>
    Object.fromEntries(columns.map(({ name, type }, index) => [name, asDynamic(row[index] ?? null, type)]));
};

/** Values of the first bag stay. */
export const bagMerge: PlainFunction = (bags) => {
  const merged: Record<string, KustoValue> = {};
  for (const bag of bags.filter(isBag))
    for (const [name, value] of Object.entries(bag)) if (!(name in merged)) merged[name] = value;
  return merged;
};

const bagRemove: PlainFunction = ([bag = null, keys = null]) => {
  if (!isBag(bag)) return null;
  const removed = elements(keys).map((key) => toText(key));
  return Object.fromEntries(Object.entries(bag).filter(([name]) => !removed.includes(name)));
};

/** An array's elements, null's none. No document says what a bag or a text gives, which a column may hold. */
function arrayElements(value: KustoValue | undefined, call: FunctionCall): readonly KustoValue[] {
  if (value !== null && !isArray(value ?? null)) throw refused(call, "of a value that is no array");
  return elements(value ?? null);
}

const difference: PlainFunction = ([first, ...others], call) => {
  const removed = new Set(concat(others, call).map(valueKey));
  return distinctValues(arrayElements(first, call)).filter((value) => !removed.has(valueKey(value)));
};

const intersection: PlainFunction = ([first, ...others], call) => {
  const sets = others.map((other) => new Set(arrayElements(other, call).map(valueKey)));
  return distinctValues(arrayElements(first, call)).filter((value) => sets.every((set) => set.has(valueKey(value))));
};

const slice: PlainFunction = ([value, start = 0, end = -1]) => {
  const values = array(value);
  if (values === null) return null;
  const from = Number(start) < 0 ? values.length + Number(start) : Number(start);
  const to = Number(end) < 0 ? values.length + Number(end) : Number(end);
  return values.slice(Math.max(0, from), to + 1);
};

function sorted(isDescending: boolean): PlainFunction {
  return (args, call) => {
    if (args.length !== 1) throw refused(call, "with several arrays");
    const values = array(args[0]);
    return values === null
      ? null
      : [...values].sort((a, b) => compareForSort(a, b, { isDescending, nullsFirst: false }));
  };
}

function concat(values: readonly KustoValue[], call: FunctionCall): KustoValue[] {
  const arrays = values.map((value) => arrayElements(value, call));
  spend(
    "array elements",
    arrays.reduce((total, { length }) => total + length, 0),
  );
  return arrays.flat();
}

const indexInArray: PlainFunction = ([value, searched = null], call) => {
  if (call.nodes.length > 2) throw refused(call, "with a range");
  const list = array(value);
  if (list === null) throw refused(call, "of a value that is no array");
  return list.findIndex((inner) => sameValue(inner, searched));
};

const arraySum: PlainFunction = ([value]) => {
  const numbers = array(value)
    ?.map(unwrapped)
    .filter((inner) => typeof inner === "number");
  return numbers === undefined ? null : numbers.reduce((total, number) => total + number, 0);
};

/** Lost values are replaced by the third argument, or null. https://learn.microsoft.com/kusto/query/array-shift-left-function */
function shifted(direction: 1 | -1): PlainFunction {
  return ([value, count = 0, filling], call) => {
    const list = array(value);
    if (list === null) return null;
    const by = Number(count) * direction;
    if (filling === undefined && by !== 0 && list.some((inner) => typeof inner === "string"))
      throw refused(call, "of strings without a default value");
    return list.map((_, index) => {
      const place = index + by;
      return place >= 0 && place < list.length ? (list[place] ?? null) : (filling ?? null);
    });
  };
}

const bagKeys: PlainFunction = ([value = null]) => (isBag(value) ? Object.keys(value) : null);

/** `extract_json(path, json [, typeof(type)])` with a path such as `$.a.b[0]`. */
const extractJson: PlainFunction = ([path, json = null], call) => {
  const source = typeof json === "string" ? parseJsonValue(json) : json;
  const steps = jsonPathSteps(toText(path ?? null));
  if (steps === undefined) throw refused(call, `with the path ${toText(path ?? null)}`);
  const value = steps.reduce<KustoValue>(member, source);
  const type = typeArgument(call.nodes[2]) ?? "string";
  if (type === "string" && value !== null && typeof value === "object") return jsonText(value);
  return convert(value, type);
};

/** The members of a path; undefined for wildcards and filters. */
function jsonPathSteps(path: string): KustoValue[] | undefined {
  if (!/^\$(?:\.[A-Za-z_]\w*|\[\d+\]|\[(["'])[^"'\]]+\1\])*$/.test(path)) return undefined;
  return [...path.matchAll(/\.([A-Za-z_]\w*)|\[(\d+)\]|\[["']([^"'\]]+)["']\]/g)].map(
    ([, name, index, quoted]) => name ?? quoted ?? Number(index),
  );
}

/** Whether an array holds a value, or a bag a key. */
const setHas: PlainFunction = ([set = null, value = null]) => elements(set).some((inner) => sameValue(inner, value));

const bagHasKey: PlainFunction = ([bag = null, key = null]) => isBag(bag) && Object.hasOwn(bag, toText(key));

const zip: PlainFunction = (arrays) => {
  const lists = arrays.map((value) => elements(value));
  const length = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length }, (_, index) => lists.map((list) => list[index] ?? null));
};

const repeat: PlainFunction = ([value = null, count = 0]) => {
  spend("array elements", Number(count));
  return Array.from({ length: Number(count) }, () => value);
};

/** At most 1,048,576 values: https://learn.microsoft.com/kusto/query/range-function */
const range: PlainFunction = (args, call) => {
  const [start, stop, step = 1] = args.map(unwrapped);
  if (typeof start !== "number" || typeof stop !== "number" || typeof step !== "number") {
    throw refused(call, "of values that are no numbers");
  }
  if (step <= 0) throw refused(call, "with a step that is not positive");
  const length = Math.min(Math.max(0, Math.floor((stop - start) / step) + 1), 2 ** 20);
  spend("array elements", length);
  return Array.from({ length }, (_, index) => start + index * step);
};

export const dynamicFunctions = {
  ...plainFunctions({
    array_length: ([value]) => array(value)?.length ?? null,
    array_concat: concat,
    array_slice: slice,
    array_sort_asc: sorted(false),
    array_sort_desc: sorted(true),
    array_index_of: indexInArray,
    array_reverse: ([value], call) => [...arrayElements(value, call)].reverse(),
    array_shift_left: shifted(1),
    array_shift_right: shifted(-1),
    array_sum: arraySum,
    pack_array: (args, { types }) => args.map((value, index) => asDynamic(value, types[index])),
    repeat,
    range,
    zip,
    bag_pack: bagPack,
    pack: bagPack,
    pack_dictionary: bagPack,
    bag_keys: bagKeys,
    bag_merge: bagMerge,
    bag_remove_keys: bagRemove,
    bag_has_key: bagHasKey,
    set_difference: difference,
    set_intersect: intersection,
    set_union: (sets, call) => distinctValues(concat(sets, call)),
    set_has_element: setHas,
    extractjson: extractJson,
    extract_json: extractJson,
    dynamic_to_json: ([value = null]) => jsonText(value),
  }),
  pack_all: packAll,
} satisfies Readonly<Record<string, FunctionCompiler>>;

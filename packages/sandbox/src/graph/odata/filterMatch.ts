/**
 * Whether an object matches a `$filter`. Like the directory, strings compare without regard to
 * case, and operators that need its second index (`ne`, `not`, `endsWith`) are refused unless the
 * query is an advanced one. https://learn.microsoft.com/graph/aad-advanced-queries
 */
import { listOf } from "@defender-mssp/errors/json";
import type { Json } from "../../cloud/model";
import { complexTypes, type EntityProperties, type EntityProperty, type GraphVersion } from "../entities";
import { unreadableRequest, unsupportedQuery } from "../graphErrors";
import { unknownName } from "../unserved";
import type { Filter, Literal, PropertyPath } from "./filterSyntax";

export interface FilteredType {
  /** Graph's name of the type, for messages. */
  name: string;
  properties: EntityProperties;
  /** Default: v1.0. */
  version?: GraphVersion;
}

type Scope = ReadonlyMap<string, { property: EntityProperty; typeName: string }>;
type Test = (object: Json, variables: ReadonlyMap<string, Json>) => boolean;

/**
 * Checks a filter against a type and compiles a predicate. `advanced`: the request has
 * `ConsistencyLevel: eventual` and `$count=true`, or the type is not a directory object.
 */
export function compileFilter(filter: Filter, type: FilteredType, advanced: boolean): (object: Json) => boolean {
  if (!advanced) refuseAdvanced(filter, type);
  if (!advanced) refuseManyAlternatives(filter);
  const test = compile(filter, type, new Map());
  return (object) => test(object, new Map());
}

function refuseAdvanced(filter: Filter, type: FilteredType): void {
  switch (filter.kind) {
    case "and":
    case "or":
      refuseAdvanced(filter.left, type);
      refuseAdvanced(filter.right, type);
      return;
    case "not":
    case "endsWith":
      throw unsupportedQuery();
    case "comparison":
      if (filter.operator === "ne")
        throw unsupportedQuery("Unsupported property filter clause operator 'NotEqualsMatch'.");
      refuseProperty(filter.path, type);
      return;
    case "any":
      if (filter.condition === undefined) throw unsupportedQuery();
      refuseComplexQuery(filter.path, filter.condition, type);
      refuseAdvanced(filter.condition, type);
      return;
    default:
      refuseProperty(filter.path, type);
  }
}

const mostAlternatives = 15;

/** The text: microsoftgraph/microsoft-graph-docs-contrib 1238. That `in` counts as `or`: microsoft-graph-docs 21098. */
function refuseManyAlternatives(filter: Filter): void {
  const alternatives = alternativesIn(filter);
  if (alternatives > mostAlternatives) {
    throw unsupportedQuery(
      `Too many child clauses specified in search filter expression containing 'OR' operators: ${alternatives}. ` +
        `Max allowed: ${mostAlternatives}.`,
    );
  }
  if (filter.kind === "and") for (const side of [filter.left, filter.right]) refuseManyAlternatives(side);
}

function alternativesIn(filter: Filter): number {
  if (filter.kind === "or") return alternativesIn(filter.left) + alternativesIn(filter.right);
  return filter.kind === "in" ? filter.values.length : 1;
}

/**
 * Properties that only the directory's second index has:
 * https://learn.microsoft.com/graph/aad-advanced-queries, and a report for appRoleAssignmentRequired.
 */
const advancedOnly: Readonly<Record<string, readonly string[]>> = {
  "microsoft.graph.servicePrincipal": ["appOwnerOrganizationId", "appRoleAssignmentRequired"],
  "microsoft.graph.user": [
    ...[
      "companyName",
      "employeeHireDate",
      "employeeType",
      "mobilePhone",
      "officeLocation",
      "onPremisesExtensionAttributes",
    ],
    ...["onPremisesImmutableId", "onPremisesLastSyncDateTime", "onPremisesSamAccountName", "passwordPolicies"],
    ...["postalCode", "preferredLanguage", "showInAddressList", "streetAddress"],
  ],
};

function refuseProperty([first = ""]: PropertyPath, { name }: FilteredType): void {
  const property = advancedOnly[name]?.find((candidate) => candidate.toLowerCase() === first.toLowerCase());
  if (property === undefined) return;
  const resource = name.replace("microsoft.graph.", "").replace(/^./, (letter) => letter.toUpperCase());
  throw unsupportedQuery(
    `Unsupported or invalid query filter clause specified for property '${property}' of resource '${resource}'.`,
  );
}

/** In a collection of objects the directory finds one value of one property. */
function refuseComplexQuery(path: PropertyPath, condition: Filter, type: FilteredType): void {
  const { name, property } = find(path[0] ?? "", type);
  const isOfObjects = typeof property.type === "object" || property.type === "Edm.Untyped";
  const isEqual = (part: Filter): boolean => part.kind === "comparison" && part.operator === "eq";
  // user-list has an example with the issuer and its identifier together.
  const isIdentity = name === "identities" && condition.kind === "and";
  const isSimple = isIdentity ? isEqual(condition.left) && isEqual(condition.right) : isEqual(condition);
  if (isOfObjects && !isSimple) throw unsupportedQuery(`Complex query on property ${name} is not supported.`);
}

function compile(filter: Filter, type: FilteredType, scope: Scope): Test {
  switch (filter.kind) {
    case "and": {
      const [left, right] = [compile(filter.left, type, scope), compile(filter.right, type, scope)];
      return (object, variables) => left(object, variables) && right(object, variables);
    }
    case "or": {
      const [left, right] = [compile(filter.left, type, scope), compile(filter.right, type, scope)];
      return (object, variables) => left(object, variables) || right(object, variables);
    }
    case "not": {
      const operand = compile(filter.operand, type, scope);
      return (object, variables) => !operand(object, variables);
    }
    case "any":
      return compileAny(filter, type, scope);
    case "startsWith":
    case "endsWith": {
      const read = reader(filter.path, type, scope);
      const wanted = filter.value.toLowerCase();
      return (object, variables) => {
        const value = read.value(object, variables);
        if (typeof value !== "string") return false;
        return filter.kind === "startsWith"
          ? value.toLowerCase().startsWith(wanted)
          : value.toLowerCase().endsWith(wanted);
      };
    }
    case "in": {
      const read = reader(filter.path, type, scope);
      const tests = filter.values.map((literal) => comparison(read.property, "eq", literal));
      return (object, variables) => tests.some((test) => test(read.value(object, variables)));
    }
    case "comparison": {
      const read = reader(filter.path, type, scope);
      const test = comparison(read.property, filter.operator, filter.value);
      return (object, variables) => test(read.value(object, variables));
    }
  }
}

function compileAny(filter: Extract<Filter, { kind: "any" }>, type: FilteredType, scope: Scope): Test {
  const read = reader(filter.path, type, scope);
  if (!read.property.collection) {
    throw unreadableRequest("Invalid filter clause: Any/All may only be used following a collection.");
  }
  if (filter.condition === undefined) {
    return (object, variables) => asList(read.value(object, variables)).length > 0;
  }
  const item: EntityProperty = { ...read.property, collection: false };
  const inner = new Map(scope).set(filter.variable, { property: item, typeName: typeName(item) });
  const condition = compile(filter.condition, type, inner);
  return (object, variables) =>
    asList(read.value(object, variables)).some((value) =>
      condition(object, new Map(variables).set(filter.variable, value)),
    );
}

interface Reader {
  property: EntityProperty;
  value: (object: Json, variables: ReadonlyMap<string, Json>) => Json;
}

/** Finds the property of a path, ignoring case, and how to get its value. */
function reader(path: PropertyPath, type: FilteredType, scope: Scope): Reader {
  const [first = "", ...rest] = path;
  const variable = scope.get(first);
  if (variable !== undefined)
    return follow(rest, variable.property, type, (_, variables) => variables.get(first) ?? null);
  const { name, property } = find(first, type);
  return follow(rest, property, type, (object) => member(object, name));
}

function follow(
  path: PropertyPath,
  property: EntityProperty,
  { version }: FilteredType,
  value: Reader["value"],
): Reader {
  const [first, ...rest] = path;
  if (first === undefined) return { property, value };
  const properties = typeof property.type === "object" ? complexTypes[property.type.complex] : undefined;
  const type = { name: typeName(property), properties: properties ?? {}, version };
  const found = find(first, type);
  return follow(rest, found.property, type, (object, variables) => member(value(object, variables), found.name));
}

function find(
  name: string,
  { name: ofType, properties, version = "v1.0" }: FilteredType,
): { name: string; property: EntityProperty } {
  const wanted = name.toLowerCase();
  const entry = Object.entries(properties).find(([candidate]) => candidate.toLowerCase() === wanted);
  if (entry === undefined) {
    const text = `Invalid filter clause: Could not find a property named '${name}' on type '${ofType}'.`;
    throw unknownName(ofType, name, version, unreadableRequest(text));
  }
  return { name: entry[0], property: entry[1] };
}

function comparison(property: EntityProperty, operator: string, literal: Literal): (value: Json) => boolean {
  if (property.collection || typeof property.type === "object") {
    if (literal.kind === "null") return (value) => (operator === "eq") === (value === null);
    throw incompatible(property, literal);
  }
  if (literal.kind === "null")
    return (value) => (operator === "eq" ? value === null : operator === "ne" && value !== null);
  const wanted = comparable(property, literal);
  return (value) => {
    if (value === null) return operator === "ne";
    return compare(operator, normalized(property, value), wanted);
  };
}

function compare(operator: string, left: string | number | boolean, right: string | number | boolean): boolean {
  switch (operator) {
    case "eq":
      return left === right;
    case "ne":
      return left !== right;
    case "gt":
      return left > right;
    case "ge":
      return left >= right;
    case "lt":
      return left < right;
    default:
      return left <= right;
  }
}

/**
 * The literal as a value of the property's type; another type is refused, as by the OData layer.
 */
function comparable(property: EntityProperty, literal: Exclude<Literal, { kind: "null" }>): string | number | boolean {
  switch (property.type) {
    case "Edm.Boolean":
      if (literal.kind === "boolean") return literal.value;
      break;
    case "Edm.Int32":
      if (literal.kind === "bare" && /^-?\d+$/.test(literal.text)) return Number(literal.text);
      break;
    case "Edm.DateTimeOffset":
      if (literal.kind === "bare" && !Number.isNaN(Date.parse(literal.text))) return Date.parse(literal.text);
      break;
    case "Edm.Guid":
      if (literal.kind === "bare" && /^[0-9a-f-]{36}$/i.test(literal.text)) return literal.text.toLowerCase();
      break;
    default:
      if (literal.kind === "string") return literal.text.toLowerCase();
  }
  // Only `null` is null: the service takes `Null` for nothing that it knows.
  if (literal.kind === "bare" && literal.text.toLowerCase() === "null") throw unsupportedQuery("Unsupported Query");
  throw incompatible(property, literal);
}

function normalized(property: EntityProperty, value: Json): string | number | boolean {
  if (typeof value === "boolean" || typeof value === "number") return value;
  if (typeof value !== "string") return "";
  return property.type === "Edm.DateTimeOffset" ? Date.parse(value) : value.toLowerCase();
}

function incompatible(property: EntityProperty, literal: Literal): Error {
  const right = { string: "Edm.String", bare: "Edm.Guid", boolean: "Edm.Boolean", null: "Edm.Null" }[literal.kind];
  return unreadableRequest(
    `Invalid filter clause: A binary operator with incompatible types was detected. Found operand types ` +
      `'${typeName(property)}' and '${right}' for operator kind 'Equal'.`,
  );
}

function typeName(property: EntityProperty): string {
  const name = typeof property.type === "object" ? `microsoft.graph.${property.type.complex}` : property.type;
  return property.collection ? `Collection(${name})` : name;
}

function member(object: Json, name: string): Json {
  if (typeof object !== "object" || object === null || Array.isArray(object)) return null;
  return object[name] ?? null;
}

function asList(value: Json): Json[] {
  return listOf(value) as Json[];
}

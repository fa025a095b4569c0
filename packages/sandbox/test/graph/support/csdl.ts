/**
 * Microsoft's published metadata of Graph as a judge: does it have the properties that were
 * answered, with these types, these enum members, null only where it allows null, and does it have
 * the route?
 *
 * The published beta is that of a national cloud, a subset of the public one: what it lacks is
 * looked for in v1.0.
 */
import { XMLParser } from "fast-xml-parser";
import type { Json } from "../../../src/cloud/model";
import { jsonText } from "../../../src/graph/json";
import type { GraphVersion } from "../../../src/graph/entities";
import { hasReference, readReference } from "./reference";

/**
 * What the service answers though the published metadata lacks it (each seen in recorded answers),
 * by type.
 */
export const serviceKnowsBetter: Readonly<Record<string, readonly string[]>> = {
  "graph.group": ["creationOptions"],
  "graph.servicePrincipal": ["createdDateTime"],
};

/**
 * Navigations that Microsoft's pages document for the public beta and the published metadata, a
 * national cloud's, lacks: the singleton, the navigation, and the type that it leads to, which the
 * metadata has.
 * https://learn.microsoft.com/graph/api/resources/unifiedrbacapplicationmultiple?view=graph-rest-beta, which inherits this type.
 */
export const publicBetaKnowsBetter: Readonly<Record<string, string>> = {
  "roleManagement/defender": "graph.rbacApplicationMultiple",
};

/**
 * What Microsoft's pages document and the published metadata has neither routes nor types for: the
 * emulated answers are held against the table of properties alone.
 * https://learn.microsoft.com/graph/api/resources/tenantgovernanceservices-tenantgovernance
 */
export const documentsAlone: readonly string[] = ["directory/tenantGovernance"];

type Json_ = Json | undefined;

interface PropertyElement {
  Name: string;
  Type: string;
  Nullable?: string;
}

interface TypeElement {
  Name: string;
  BaseType?: string;
  HasStream?: string;
  /** Whether it may have properties that it does not declare. */
  OpenType?: string;
  Property: PropertyElement[];
  NavigationProperty: PropertyElement[];
}

interface OperationElement {
  Name: string;
  IsBound?: string;
  isFunction?: boolean;
  Parameter: { Name: string; Type: string }[];
}

interface Metadata {
  types: Map<string, TypeElement>;
  enums: Map<string, ReadonlySet<string>>;
  /** Enums of which a value may have several members. */
  flags: Set<string>;
  operations: OperationElement[];
  sets: Map<string, string>;
  singletons: Map<string, string>;
}

/** What is wrong with an answer, in words; nothing where the metadata isn't there. */
export function metadataProblems(version: GraphVersion, status: number, body: Record<string, Json>): string[] {
  if (!hasReference || Object.keys(body).length === 0) return [];
  if (status >= 400) return errorProblems(body);
  const context = body["@odata.context"];
  if (typeof context !== "string") return ["an answer without @odata.context"];
  const fragment = context.slice(context.indexOf("#") + 1);
  if (documentsAlone.some((path) => fragment.startsWith(`${path}/`))) return [];
  const type = typeOfContext(version, fragment);
  if (type === undefined) return [`the metadata has nothing for the context #${fragment}`];
  const { value, ...rest } = body;
  if (value === undefined) return valueProblems(version, type, rest, "answer");
  const itemType = type.startsWith("Collection(") ? type : `Collection(${type})`;
  return valueProblems(version, itemType, value, "value");
}

/** Whether the metadata has a route, its path written with `{…}` for keys. */
export function hasRoute(version: GraphVersion, method: string, path: string): boolean {
  return sources(version).some((metadata) => routeIn(metadata, method, path.slice(1).split("/")));
}

function errorProblems(body: Record<string, Json>): string[] {
  const error = body["error"] as Record<string, Json_> | undefined;
  const inner = error?.["innerError"] as Record<string, Json_> | undefined;
  const isRight =
    typeof error?.["code"] === "string" &&
    typeof error["message"] === "string" &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(jsonText(inner?.["date"])) &&
    typeof inner?.["request-id"] === "string" &&
    typeof inner["client-request-id"] === "string";
  return isRight ? [] : [`not Graph's error envelope: ${JSON.stringify(body)}`];
}

function typeOfContext(version: GraphVersion, fragment: string): string | undefined {
  const collection = /^Collection\((.+)\)$/.exec(fragment)?.[1];
  if (collection !== undefined) return `Collection(${normal(collection)})`;
  const path = fragment.replace(/\/\$entity$/, "");
  const segments = splitContext(path);
  const [first = "", ...rest] = segments;
  if (first.startsWith("microsoft.graph.")) return normal(first);
  for (const metadata of sources(version)) {
    let type = metadata.sets.get(first) ?? metadata.singletons.get(first);
    for (const segment of rest)
      type = type === undefined ? undefined : member(metadata, elementType(type), segment)?.Type;
    if (type !== undefined) return elementType(type);
  }
  return undefined;
}

/**
 * `applications('x')/owners` and `users(id,displayName)` to names: keys and projections say nothing
 * about types.
 */
function splitContext(path: string): string[] {
  const names: string[] = [];
  let depth = 0;
  let name = "";
  for (const character of path) {
    if (character === "(") depth++;
    if (character === "/" && depth === 0) {
      names.push(name);
      name = "";
    } else if (depth === 0) name += character;
    if (character === ")") depth--;
  }
  return [...names, name];
}

function valuesIn(version: GraphVersion, type: string, value: string): string[] {
  return sources(version).some(({ flags }) => flags.has(type)) ? value.split(",") : [value];
}

function valueProblems(version: GraphVersion, type: string, value: Json, where: string): string[] {
  const itemType = /^Collection\((.+)\)$/.exec(type)?.[1];
  if (itemType !== undefined) {
    if (!Array.isArray(value)) return [`${where} is no array`];
    return value.flatMap((item, index) => valueProblems(version, itemType, item, `${where}[${index}]`));
  }
  if (value === null) return [];
  if (type.startsWith("Edm.")) return primitiveProblems(type, value, where);
  const members = firstIn(version, (metadata) => metadata.enums.get(type));
  if (members !== undefined) {
    // A value of flags is a list of members with commas.
    return typeof value === "string" && valuesIn(version, type, value).every((one) => members.has(one))
      ? []
      : [`${where}: ${JSON.stringify(value)} is no ${type}`];
  }
  return objectProblems(version, type, value, where);
}

function objectProblems(version: GraphVersion, declared: string, value: Json, where: string): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return [`${where} is no object (${declared})`];
  const said = value["@odata.type"];
  const type = typeof said === "string" ? normal(said.slice(1)) : declared;
  if (firstIn(version, (metadata) => metadata.types.get(type)) === undefined) return [`${where}: no type ${type}`];
  return Object.entries(value).flatMap(([name, inner]) => {
    // https://learn.microsoft.com/graph/delta-query-overview
    const changes = /^(\w+)@delta$/.exec(name)?.[1];
    if (changes !== undefined) {
      const link = firstIn(version, (metadata) => member(metadata, type, changes));
      return link === undefined
        ? [`${where}: ${type} has no ${changes}`]
        : valueProblems(version, link.Type, inner, `${where}.${name}`);
    }
    if (name === "@removed")
      return /^\{"reason":"(changed|deleted)"\}$/.test(JSON.stringify(inner))
        ? []
        : [`${where}: no reason of a removal`];
    if (name.includes("@odata.") || serviceKnowsBetter[type]?.includes(name) === true) return [];
    const property = firstIn(version, (metadata) => member(metadata, type, name));
    if (property === undefined) return isOpen(version, type) ? [] : [`${where}: ${type} has no property ${name}`];
    if (inner === null) {
      const isNullable = property.Nullable !== "false" && !property.Type.startsWith("Collection(");
      return isNullable ? [] : [`${where}.${name} is null, but ${type} doesn't allow that`];
    }
    return valueProblems(version, property.Type, inner, `${where}.${name}`);
  });
}

function isOpen(version: GraphVersion, type: string): boolean {
  return firstIn(version, (metadata) => metadata.types.get(type))?.OpenType === "true";
}

const primitivePatterns: Readonly<Record<string, RegExp>> = {
  "Edm.Guid": /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  "Edm.DateTimeOffset": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z$/,
  "Edm.Duration": /^-?P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/,
  "Edm.Binary": /^[A-Za-z0-9+/_=-]*$/,
  "Edm.String": /^[^]*$/,
};

function primitiveProblems(type: string, value: Json, where: string): string[] {
  const pattern = primitivePatterns[type];
  const isRight =
    pattern !== undefined
      ? typeof value === "string" && pattern.test(value)
      : type === "Edm.Boolean"
        ? typeof value === "boolean"
        : ["Edm.Int32", "Edm.Int64"].includes(type) && Number.isInteger(value);
  return isRight ? [] : [`${where}: ${JSON.stringify(value)} is no ${type}`];
}

function routeIn(metadata: Metadata, method: string, segments: readonly string[]): boolean {
  const [first = "", ...rest] = segments;
  let type = metadata.sets.get(first);
  let isCollection = type !== undefined;
  type ??= metadata.singletons.get(first);
  for (const [index, segment] of rest.entries()) {
    if (type === undefined) return false;
    const isLast = index === rest.length - 1;
    if (segment === "$ref") return isLast;
    if (isCollection && segment.startsWith("{")) {
      isCollection = false;
      continue;
    }
    if (segment.startsWith("microsoft.graph.")) {
      type = metadata.types.has(normal(segment)) ? normal(segment) : undefined;
      continue;
    }
    if (!isCollection && isStream(metadata, type, segment)) return isLast && (method === "PUT" || method === "GET");
    const [, called, argument] = /^(\w+)\((\w+)='\{\w+\}'\)$/.exec(segment) ?? [];
    if (called !== undefined) return isLast && method === "GET" && hasFunction(metadata, type, called, argument);
    const operation = findOperation(metadata, type, isCollection, segment);
    if (operation !== undefined) return isLast && method === (operation.isFunction ? "GET" : "POST");
    const found = isCollection ? undefined : navigation(metadata, type, segment);
    if (found === undefined) return false;
    isCollection = found.Type.startsWith("Collection(");
    type = elementType(found.Type);
  }
  return type !== undefined;
}

function isStream(metadata: Metadata, type: string, name: string): boolean {
  return member(metadata, type, name)?.Type === "Edm.Stream";
}

function findOperation(
  metadata: Metadata,
  type: string,
  isCollection: boolean,
  name: string,
): OperationElement | undefined {
  const types = withBases(metadata, type).map((each) => (isCollection ? `Collection(${each})` : each));
  return metadata.operations.find(
    (operation) =>
      operation.Name === name &&
      operation.IsBound === "true" &&
      types.includes(normal(operation.Parameter[0]?.Type ?? "")),
  );
}

/** Whether the metadata has a function of one argument on a type. */
function hasFunction(metadata: Metadata, type: string, name: string, argument: string | undefined): boolean {
  return metadata.operations.some(
    ({ Name, IsBound, Parameter: [binding, ...others] }) =>
      Name === name &&
      IsBound === "true" &&
      withBases(metadata, type).includes(normal(binding?.Type ?? "")) &&
      others.length === 1 &&
      others[0]?.Name === argument,
  );
}

function member(metadata: Metadata, type: string, name: string): PropertyElement | undefined {
  for (const each of withBases(metadata, type)) {
    const element = metadata.types.get(each);
    const found =
      element?.Property.find((property) => property.Name === name) ??
      element?.NavigationProperty.find((property) => property.Name === name);
    if (found !== undefined) return { ...found, Type: normal(found.Type) };
  }
  return undefined;
}

function navigation(metadata: Metadata, type: string, name: string): PropertyElement | undefined {
  for (const each of withBases(metadata, type)) {
    const found = metadata.types.get(each)?.NavigationProperty.find((property) => property.Name === name);
    if (found !== undefined) return { ...found, Type: normal(found.Type) };
  }
  return undefined;
}

function withBases(metadata: Metadata, type: string): string[] {
  const types: string[] = [];
  for (let each: string | undefined = type; each !== undefined;) {
    types.push(each);
    const base: string | undefined = metadata.types.get(each)?.BaseType;
    each = base === undefined ? undefined : normal(base);
  }
  return types;
}

/**
 * `microsoft.graph.user` and the files' alias `graph.user` are one;
 * `microsoft.graph.security.alert` is `graph.security.alert`.
 */
function normal(type: string): string {
  return type.replace(/\bmicrosoft\.graph\./, "graph.");
}

function elementType(type: string): string {
  return normal(/^Collection\((.+)\)$/.exec(type)?.[1] ?? type);
}

function sources(version: GraphVersion): Metadata[] {
  return version === "v1.0" ? [metadataOf("v1.0")] : [metadataOf("beta"), metadataOf("v1.0")];
}

function firstIn<T>(version: GraphVersion, find: (metadata: Metadata) => T | undefined): T | undefined {
  for (const metadata of sources(version)) {
    const found = find(metadata);
    if (found !== undefined) return found;
  }
  return undefined;
}

const parsed = new Map<GraphVersion, Metadata>();

/** Parsed once in a process. */
function metadataOf(version: GraphVersion): Metadata {
  const there = parsed.get(version);
  if (there !== undefined) return there;
  const metadata = parse(readReference(version === "v1.0" ? "v1.0-Prod.csdl" : "beta-USSec.csdl"));
  if (version === "beta") {
    addDocumented(metadata);
    addDetections(metadata);
  }
  parsed.set(version, metadata);
  return metadata;
}

function addDocumented(metadata: Metadata): void {
  for (const [path, type] of Object.entries(publicBetaKnowsBetter)) {
    const [singleton = "", name = ""] = path.split("/");
    const holder = metadata.types.get(metadata.singletons.get(singleton) ?? "");
    if (holder === undefined || !metadata.types.has(type))
      throw new Error(`The metadata has no ${singleton} or ${type}.`);
    if (holder.NavigationProperty.some((navigation) => navigation.Name === name)) {
      throw new Error(`The metadata has ${path} by now: take it out of publicBetaKnowsBetter.`);
    }
    holder.NavigationProperty.push({ Name: name, Type: type });
  }
}

/**
 * Properties of detection rules that came after the metadata: of Microsoft's SDK of 2026-10-23, and of the pages of the beta.
 * https://learn.microsoft.com/graph/api/resources/security-detectionaction?view=graph-rest-beta
 */
export const laterDetectionProperties: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  detectionAction: { incidentConfiguration: "incidentConfiguration" },
  incidentConfiguration: { isExcludedFromIncidentCorrelation: "Edm.Boolean" },
  ruleSchedule: { lookback: "Edm.Duration" },
  alertTemplate: { eventGroupingKind: "eventGroupingKind" },
};

const detectionNamespace = "graph.security.";

/**
 * Detection rules as the public beta has them: the published metadata, a national cloud's, has their former shape. What
 * v1.0 has, too, stays as it is there.
 */
function addDetections(metadata: Metadata): void {
  const { types, enums } = parse(readReference("detections.csdl"));
  const general = metadataOf("v1.0");
  for (const [name, type] of types) if (!general.types.has(name)) metadata.types.set(name, type);
  for (const [name, members] of enums) if (!general.enums.has(name)) metadata.enums.set(name, members);
  metadata.enums.set(`${detectionNamespace}eventGroupingKind`, new Set(["alertPerEvent", "singleAlert"]));
  for (const [name, properties] of Object.entries(laterDetectionProperties)) {
    const qualified = detectionNamespace + name;
    const type = metadata.types.get(qualified) ?? { Name: name, Property: [], NavigationProperty: [] };
    const added = Object.entries(properties).map(([property, of]) => ({
      Name: property,
      Type: of.startsWith("Edm.") ? of : detectionNamespace + of,
    }));
    metadata.types.set(qualified, { ...type, Property: [...type.Property, ...added] });
  }
}

/** The members of an enumeration of Defender's, and the types of evidence, in v1.0. */
export function securityMembers(): Record<string, string> {
  const { types, enums } = metadataOf("v1.0");
  const members = (name: string) => [...(enums.get(`graph.security.${name}`) ?? [])].join(" ");
  const evidence = [...types.keys()].filter((name) => /^graph\.security\.\w+Evidence$/.test(name));
  return {
    severity: members("alertSeverity"),
    determination: members("alertDetermination"),
    serviceSource: members("serviceSource"),
    detectionSource: members("detectionSource"),
    verdict: members("evidenceVerdict"),
    remediationStatus: members("evidenceRemediationStatus"),
    "@odata.type": evidence
      .map((name) => `#microsoft.${name}`)
      .sort()
      .join(" "),
  };
}

/** The names of a type's properties and relationships in a version. */
export function namesOfType(version: GraphVersion, type: string): string[] {
  const elements = sources(version).flatMap((metadata) =>
    withBases(metadata, `graph.${type}`).flatMap((each) => metadata.types.get(each) ?? []),
  );
  const names = elements.flatMap(({ Property, NavigationProperty }) => [...Property, ...NavigationProperty]);
  return [...new Set(names.map(({ Name }) => Name))].sort();
}

/** The properties of a type of the beta with those that it inherits: name, type, `?` at the end if null is allowed. */
export function propertiesOfBetaType(name: string): Record<string, string> {
  const metadata = metadataOf("beta");
  const short = (type: string) => normal(type).replace(detectionNamespace, "");
  return Object.fromEntries(
    withBases(metadata, detectionNamespace + name).flatMap((type) =>
      (metadata.types.get(type)?.Property ?? []).map((property) => [
        property.Name,
        short(property.Type) + (property.Nullable === "false" ? "" : "?"),
      ]),
    ),
  );
}

const lists = new Set([
  "Schema",
  "EntityType",
  "ComplexType",
  "EnumType",
  "Action",
  "Function",
  "EntityContainer",
  "EntitySet",
  "Singleton",
  "Property",
  "NavigationProperty",
  "Parameter",
  "Member",
]);

/** An element without children leaves their list out. */
type AsParsed<T> = { [K in keyof T as T[K] extends unknown[] ? never : K]: T[K] } & {
  [K in keyof T as T[K] extends unknown[] ? K : never]?: T[K];
};

interface SchemaElement {
  Namespace: string;
  EntityType?: AsParsed<TypeElement>[];
  ComplexType?: AsParsed<TypeElement>[];
  EnumType?: { Name: string; IsFlags?: string; Member?: { Name: string }[] }[];
  Action?: AsParsed<OperationElement>[];
  Function?: AsParsed<OperationElement>[];
  EntityContainer?: {
    EntitySet?: { Name: string; EntityType: string }[];
    Singleton?: { Name: string; Type: string }[];
  }[];
}

function parse(xml: string): Metadata {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "",
    parseAttributeValue: false,
    isArray: (name, _path, _isLeaf, isAttribute) => !isAttribute && lists.has(name),
    stopNodes: ["*.Annotations", "*.Annotation"],
  });
  const document = parser.parse(withoutAliases(xml)) as {
    "edmx:Edmx": { "edmx:DataServices": { Schema: SchemaElement[] } };
  };
  const metadata: Metadata = {
    types: new Map(),
    enums: new Map(),
    flags: new Set(),
    operations: [],
    sets: new Map(),
    singletons: new Map(),
  };
  for (const schema of document["edmx:Edmx"]["edmx:DataServices"].Schema) addSchema(metadata, schema);
  return metadata;
}

/** The alias `self` of one schema is used in all of them. */
function withoutAliases(xml: string): string {
  const [, namespace] = /<Schema Namespace="([^"]+)" Alias="self"/.exec(xml) ?? [];
  return namespace === undefined ? xml : xml.replace(/(["(])self\./g, `$1${namespace}.`);
}

function addSchema(metadata: Metadata, schema: SchemaElement): void {
  const qualified = (name: string): string => normal(`${schema.Namespace}.${name}`);
  // Entities are checked although directory objects are open types: they have no other properties.
  const entities = (schema.EntityType ?? []).map((type) => ({ ...type, OpenType: undefined }));
  for (const type of [...entities, ...(schema.ComplexType ?? [])]) {
    metadata.types.set(qualified(type.Name), {
      ...type,
      Property: type.Property ?? [],
      NavigationProperty: type.NavigationProperty ?? [],
    });
  }
  for (const each of schema.EnumType ?? []) {
    metadata.enums.set(qualified(each.Name), new Set((each.Member ?? []).map(({ Name }) => Name)));
    if (each.IsFlags === "true") metadata.flags.add(qualified(each.Name));
  }
  const operations = [
    ...(schema.Action ?? []).map((each) => [each, false] as const),
    ...(schema.Function ?? []).map((each) => [each, true] as const),
  ];
  for (const [operation, isFunction] of operations)
    metadata.operations.push({ ...operation, isFunction, Parameter: operation.Parameter ?? [] });
  for (const container of schema.EntityContainer ?? []) {
    for (const set of container.EntitySet ?? []) metadata.sets.set(set.Name, normal(set.EntityType));
    for (const singleton of container.Singleton ?? []) metadata.singletons.set(singleton.Name, normal(singleton.Type));
  }
}

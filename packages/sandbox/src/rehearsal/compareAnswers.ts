/**
 * Compares answers of the service with the sandbox's by what they are, never by what they say: the differences hold no
 * value of a tenant.
 */
import { createHash } from "node:crypto";
import { isRecord } from "@defender-mssp/errors/json";
import { complexTypes, entitySets } from "../graph/entities";
import { securityValues } from "./securityValues";

export interface ComparedAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly text: string;
  readonly body: unknown;
}

/** `at`: status, a header, a part of the error, or a path such as `value[].id`. */
export interface AnswerDifference {
  readonly at: string;
  readonly service: string;
  readonly sandbox: string;
}

const guid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

/** A text with its values that differ from one tenant and moment to the next as what they are. */
export function normalizedText(text: string): string {
  return text
    .replaceAll(/https:\/\/graph\.microsoft\.com|http:\/\/127\.0\.0\.1:8080/g, "<origin>")
    .replaceAll(new RegExp(guid, "g"), "<guid>")
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(?=Z|$)/g, (moment) => `<moment ${moment.length}>`)
    .replace(/^S-1-12-1(-\d+){4}$/, "<security identifier>")
    .replace(/^[0-9A-F]{40}$/, "<thumbprint>");
}

/** An error's text without the values that it quotes, its lists in one order. */
export function textTemplate(text: string): string {
  return normalizedText(text)
    .replaceAll(/'[^']*'/g, "'…'")
    .replaceAll(/[\w.]+(?:,[\w.]+)+/g, (list) => list.split(",").sort().join());
}

/** Headers of which presence counts. */
const comparedHeaders = (
  "cache-control client-request-id location odata-version preference-applied request-id retry-after " +
  "strict-transport-security www-authenticate"
).split(" ");

/** Properties that say where a list goes on, not what it is. */
const ofPages = new Set(["@odata.nextLink", "@odata.deltaLink", "@odata.count", "nextLink"]);

/** Levels of an answer that are compared. */
const deepest = 20;

const entities = [...Object.values(entitySets).map(({ properties }) => properties), ...Object.values(complexTypes)];
const propertyNames = new Set(entities.flatMap(Object.keys));

/** Members of an enumeration, by the name of the property, where each entity with such a property has one. */
const enumerations = new Map(
  [...propertyNames].flatMap((name): [string, ReadonlySet<string>][] => {
    const sets = entities.flatMap((properties) => properties[name] ?? []).map(({ values }) => values);
    return sets.includes(undefined) ? [] : [[name, new Set(sets.flatMap((values) => values ?? []))]];
  }),
);

for (const [name, members] of Object.entries(securityValues)) enumerations.set(name, new Set(members.split(" ")));

/** What the values at one place are. Objects with a type of their own are apart: each type has its own keys. */
interface Shape {
  readonly types: Set<string>;
  items?: Shape;
  readonly objects: Map<string, Map<string, Shape>>;
}

/** @param service the answers to one route; the last is compared whole, and a key that an object of any has is there */
export function compareAnswers(
  service: readonly ComparedAnswer[],
  sandbox: readonly ComparedAnswer[],
): readonly AnswerDifference[] {
  const [theirs, ours] = [service.at(-1), sandbox.at(-1)];
  if (theirs === undefined || ours === undefined) return [];
  const code = { at: "error.code", service: errorCode(theirs), sandbox: errorCode(ours) };
  if (theirs.status !== ours.status) {
    const status = { at: "status", service: String(theirs.status), sandbox: String(ours.status) };
    return [status, code].filter(isDifferent);
  }
  const text = { at: "error.message", service: textHash(theirs), sandbox: textHash(ours) };
  return [
    ...(theirs.status < 400 ? [] : [code, text].filter(isDifferent)),
    ...headerDifferences(theirs, ours),
    ...shapeDifferences("", shapeFor(service), shapeFor(sandbox)),
  ];
}

/** Whether an answer is a list without items. */
export function isEmptyList({ body }: Pick<ComparedAnswer, "body">): boolean {
  return isRecord(body) && Array.isArray(body["value"]) && body["value"].length === 0;
}

function headerDifferences(theirs: ComparedAnswer, ours: ComparedAnswer): AnswerDifference[] {
  const presence = (answer: ComparedAnswer, name: string) => (answer.headers.get(name) === null ? "absent" : "present");
  const mediaType = (answer: ComparedAnswer) => {
    const text = answer.headers.get("content-type")?.toLowerCase().replaceAll(" ", "") ?? "absent";
    return /^[\w/.;=+-]{1,150}$/.test(text) ? text : "another form";
  };
  const forms = [mediaType(theirs), mediaType(ours)] as const;
  const rows = comparedHeaders.map((name) => [name, presence(theirs, name), presence(ours, name)] as const);
  return [["content-type", ...forms] as const, ...rows]
    .map(([name, service, sandbox]) => ({ at: `header ${name}`, service, sandbox }))
    .filter(isDifferent);
}

/** The code of an error in Graph's, Azure's or Entra's envelope; "another form" if it is no word of a service. */
export function errorCode({ body }: Pick<ComparedAnswer, "body">): string {
  const error = isRecord(body) ? body["error"] : undefined;
  const code = isRecord(error) ? error["code"] : error;
  if (typeof code !== "string" || code === "") return "absent";
  return /^[A-Za-z][A-Za-z_.]{0,79}$/.test(code) ? code : "another form";
}

/** The first line of an error's text, as a hash of its template: the text itself may name somebody. */
function textHash({ body }: ComparedAnswer): string {
  const envelope = isRecord(body) ? body : {};
  const text = isRecord(envelope["error"]) ? envelope["error"]["message"] : envelope["error_description"];
  if (typeof text !== "string" || text === "") return "absent";
  const [line = ""] = text.split(/ Trace ID:|\r?\n/, 1);
  return `text ${createHash("sha256").update(textTemplate(line)).digest("hex").slice(0, 12)}`;
}

/** Of an object that only one side has, nothing is compared: its keys may be absent for this alone. */
function shapeDifferences(path: string, theirs: Shape, ours: Shape): AnswerDifference[] {
  const at = path === "" ? "body" : path;
  const [service, sandbox] = [theirs, ours].map(({ types }) => [...types].sort()) as [string[], string[]];
  const own = { at, service: service.join(" or "), sandbox: sandbox.join(" or ") };
  const ofItems = theirs.items && ours.items ? shapeDifferences(`${path}[]`, theirs.items, ours.items) : [];
  const ofObjects = [...theirs.objects].flatMap(([type, keys]) => {
    const others = ours.objects.get(type);
    return others === undefined ? [] : keyDifferences(`${path}${type === "" ? "" : `<${type}>`}`, keys, others);
  });
  return [...(areDifferent(service, sandbox) ? [own] : []), ...ofItems, ...ofObjects];
}

/** Keys that neither the metadata nor the sandbox has are counted: their names may be somebody's. */
function keyDifferences(
  path: string,
  theirs: ReadonlyMap<string, Shape>,
  ours: ReadonlyMap<string, Shape>,
): AnswerDifference[] {
  let unknown = 0;
  const differences = [...new Set([...theirs.keys(), ...ours.keys()])].sort().flatMap((key): AnswerDifference[] => {
    const [service, sandbox] = [theirs.get(key), ours.get(key)];
    const at = path === "" ? key : `${path}.${key}`;
    if (service !== undefined && sandbox !== undefined) return shapeDifferences(at, service, sandbox);
    const types = (shape: Shape | undefined) => [...(shape?.types ?? ["absent"])].sort().join(" or ");
    if (sandbox !== undefined || isKnownName(key)) return [{ at, service: types(service), sandbox: types(sandbox) }];
    unknown += 1;
    return [];
  });
  if (unknown === 0) return differences;
  const at = `${path === "" ? "body" : path} (keys that the metadata does not know)`;
  return [...differences, { at, service: String(unknown), sandbox: "absent" }];
}

/** Of a text of no known form the sandbox may have a more general one: that is no difference. */
function areDifferent(service: readonly string[], sandbox: readonly string[]): boolean {
  const isNull = (type: string) => type === "null";
  if (service.every(isNull) || sandbox.every(isNull)) {
    const [values] = [service, sandbox].filter((types) => !types.every(isNull));
    return values?.includes("array") === true;
  }
  const isText = (type: string) => ["id", "moment", "moment with a fraction"].includes(type);
  return service.some(
    (type) => !isNull(type) && !sandbox.includes(type) && !(isText(type) && sandbox.includes("text")),
  );
}

function shapeFor(answers: readonly ComparedAnswer[]): Shape {
  const shape: Shape = { types: new Set(), objects: new Map() };
  for (const { body, text } of answers) {
    if (body === undefined) shape.types.add(text === "" ? "nothing" : "no JSON");
    else addValue(shape, body, { name: "", depth: 0 });
  }
  return shape;
}

function addValue(shape: Shape, value: unknown, { name, depth }: { name: string; depth: number }): void {
  shape.types.add(typeName(value, name));
  if (depth === deepest) return;
  if (Array.isArray(value)) {
    const items = value.length === 0 ? undefined : (shape.items ??= { types: new Set(), objects: new Map() });
    for (const item of value) if (items !== undefined) addValue(items, item, { name, depth: depth + 1 });
  }
  // Tags of Azure have the customer's own names.
  if (!isRecord(value) || name === "tags") return;
  const annotated = String(value["@odata.type"]);
  if (isUnknownEvidence(value)) return;
  const type = /^#microsoft\.graph\.[A-Za-z.]{1,80}$/.test(annotated) ? annotated : "";
  const keys = shape.objects.get(type) ?? new Map<string, Shape>();
  shape.objects.set(type, keys);
  for (const [key, content] of Object.entries(value).filter(([key]) => !ofPages.has(key))) {
    const part = keys.get(key) ?? { types: new Set(), objects: new Map() };
    keys.set(key, part);
    addValue(part, content, { name: key, depth: depth + 1 });
  }
}

function typeName(value: unknown, name: string): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (isRecord(value) && isUnknownEvidence(value)) return "an object of a type that the metadata does not know";
  if (typeof value !== "string") return typeof value;
  if (name !== "@odata.type" && enumerations.get(name)?.has(value) === false)
    return "a member that the metadata does not know";
  if (new RegExp(`^${guid}$`, "i").test(value)) return "id";
  const [moment, fraction] = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.exec(value) ?? [];
  if (moment === undefined) return "text";
  return fraction === undefined ? "moment" : "moment with a fraction";
}

function isUnknownEvidence({ "@odata.type": type }: Readonly<Record<string, unknown>>): boolean {
  const isEvidence = /^#microsoft\.graph\.security\.\w+Evidence$/.test(String(type));
  return isEvidence && enumerations.get("@odata.type")?.has(String(type)) === false;
}

function isKnownName(name: string): boolean {
  const [property = "", annotation] = name.split("@", 2);
  if (annotation !== undefined && !/^odata\.(context|type|id|etag|navigationLink|bind)$/.test(annotation)) return false;
  return (annotation !== undefined && property === "") || propertyNames.has(property);
}

function isDifferent({ service, sandbox }: AnswerDifference): boolean {
  return service !== sandbox;
}

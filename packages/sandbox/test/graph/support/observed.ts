/** Recorded answers of the real service: reading them, and comparing an answer with one. */
import type { Json } from "../../../src/cloud/model";
import { normalizedText, textTemplate } from "../../../src/rehearsal/compareAnswers";
import { readReference } from "./reference";
import type { Evidence } from "./evidence";
import type { Answered, Body } from "./harness";

export interface Observed {
  /** Of observed-3.json; the other files' entries are known by their position. */
  key?: string;
  method: string;
  path: string;
  query: string | null;
  requestBody: Body | null;
  status: number;
  responseHeaders: { namesOnly?: string[]; absent?: string[] } & Record<string, string | string[] | undefined>;
  responseBody: Body | null;
  recordedOn: string;
  source: string;
  /** `doc`: an example of Microsoft's pages. */
  fidelity: "recorded" | "reported" | "secondary" | "doc" | "documented" | "client";
}

/** Whose answer it is. */
export function witnessOf({ fidelity, source }: Pick<Observed, "fidelity" | "source">): Evidence {
  const kind = fidelity === "doc" ? "documented" : fidelity === "client" ? "reported" : fidelity;
  return `${kind} ${/^[\w.-]+\/[\w.-]+/.exec(source)?.[0] ?? (kind === "recorded" ? "another project" : "a public report")}`;
}

export function readObserved(file: string): Observed[] {
  return JSON.parse(readReference(file)) as Observed[];
}

/**
 * Where an answer may differ from the recorded one, with the reason. Paths such as `value[].web`.
 */
export type Exceptions = Readonly<Record<string, string>>;

/**
 * Properties that the service answers today and didn't when the older recordings were made: an
 * answer may have them.
 */
const addedSince: Readonly<Record<string, string>> = {
  nativeAuthenticationApisEnabled: "in application answers of 2025, not of 2022",
  uniqueName: "in application answers of 2025, not of 2022",
  samlMetadataUrl: "in application answers of 2025, not of 2022",
  servicePrincipalLockConfiguration: "in application answers of 2025, not of 2022",
  requestSignatureVerification: "in application answers of 2025, not of 2022",
  redirectUriSettings: "in application answers of 2025, not of 2022",
  serviceProvisioningErrors: "in group answers of 2023, not of 2022",
};

/**
 * Keys whose place among the others the service has changed over the years: only there or not
 * counts.
 */
const movedSince: ReadonlySet<string> = new Set(["verifiedPublisher"]);

/**
 * What differs: status, headers, and the body's keys with their order, nulls, types and normalised
 * values.
 */
export function differences(observed: Observed, answered: Answered, exceptions: Exceptions): string[] {
  const found = [...headerDifferences(observed, answered, exceptions)];
  if (answered.status !== observed.status) found.unshift(`status ${answered.status} instead of ${observed.status}`);
  const expected = observed.responseBody ?? {};
  return [...found, ...valueDifferences("", expected, answered.body, exceptions)];
}

function headerDifferences(observed: Observed, answered: Answered, exceptions: Exceptions): string[] {
  const { namesOnly = [], absent = [], ...exact } = observed.responseHeaders;
  return [
    ...namesOnly
      .filter((name) => exceptions[name] === undefined && answered.headers[name] === undefined)
      .map((name) => `no header ${name}`),
    ...absent
      .filter((name) => answered.headers[name] !== undefined)
      .map((name) => `header ${name}, which the service doesn't send`),
    ...Object.entries(exact)
      .filter(([name]) => exceptions[name] === undefined)
      .filter(([name, value]) => normalized(String(value)) !== normalized(String(answered.headers[name])))
      .map(([name, value]) => `header ${name}: ${String(answered.headers[name])} instead of ${String(value)}`),
  ];
}

function valueDifferences(path: string, expected: Json, actual: Json | undefined, exceptions: Exceptions): string[] {
  if (exceptions[path] !== undefined) return [];
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return [`${path} is no array`];
    if (actual.length !== expected.length) return [`${path} has ${actual.length} items instead of ${expected.length}`];
    return expected.flatMap((item, index) => valueDifferences(`${path}[]`, item, actual[index], exceptions));
  }
  if (typeof expected === "object" && expected !== null) {
    if (typeof actual !== "object" || actual === null || Array.isArray(actual)) return [`${path} is no object`];
    return objectDifferences(path, expected, actual, exceptions);
  }
  const same = typeof expected === "string" ? normalized(expected) === normalized(actual) : expected === actual;
  return same ? [] : [`${path}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`];
}

function objectDifferences(path: string, expected: Body, actual: Body, exceptions: Exceptions): string[] {
  const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
  const wanted = Object.keys(expected);
  const there = Object.keys(actual);
  const extra = there.filter(
    (name) => !wanted.includes(name) && addedSince[name] === undefined && exceptions[at(name)] === undefined,
  );
  const missing = wanted.filter((name) => !there.includes(name) && exceptions[at(name)] === undefined);
  const common = (names: string[], others: string[]): string[] =>
    names.filter((name) => others.includes(name) && !movedSince.has(name));
  const inOrder = common(there, wanted).join() === common(wanted, there).join();
  return [
    ...extra.map((name) => `${at(name)}, which the service doesn't answer`),
    ...missing.map((name) => `no ${at(name)}`),
    ...(inOrder || exceptions["order"] !== undefined
      ? []
      : [`${path === "" ? "the body" : path} has its keys in another order: ${there.join(", ")}`]),
    ...wanted
      .filter((name) => there.includes(name))
      .flatMap((name) => valueDifferences(at(name), expected[name] ?? null, actual[name], exceptions)),
  ];
}

/** What differs of an answer that is known by a page or a report: status, code and text, and each key that it has. */
export function documentedDifferences(
  observed: Observed,
  { status, body }: Pick<Answered, "status" | "body">,
): string[] {
  if (status !== observed.status) return [`status ${status} instead of ${observed.status}: ${JSON.stringify(body)}`];
  const expected = observed.responseBody;
  if (typeof expected !== "object" || expected === null || Array.isArray(expected)) return [];
  const error = (body["error"] ?? {}) as Body;
  if (status >= 400)
    return ["code", "message"].flatMap((name) => {
      const [wanted, there] = [expected[name], error[name]].map((text) => textTemplate(normalized(text)));
      return expected[name] === undefined || wanted === there ? [] : [`${name}: ${there} instead of ${wanted}`];
    });
  // A page of an update shows a body that a 204 cannot have.
  if (status === 204) return [];
  const [whole, item] = [missingKeys(expected, body), missingKeys(allItems(expected), allItems(body))];
  return [...whole, ...item.map((name) => `value[].${name}`)].map((name) => `no ${name}`);
}

function missingKeys(expected: Body, actual: Body): string[] {
  const isShown = (name: string) => !name.startsWith("@odata.") || name === "@odata.count";
  return Object.keys(expected).filter((name) => isShown(name) && !(name in actual));
}

/** The keys of all items: of several types, each has its own. */
function allItems({ value }: Body): Body {
  return Object.assign({}, ...(Array.isArray(value) ? value.filter((item) => typeof item === "object") : [])) as Body;
}

/** Values that differ from one tenant and moment to the next, as what they are. */
function normalized(value: Json | undefined): string {
  return normalizedText(typeof value === "string" ? value : JSON.stringify(value ?? null));
}

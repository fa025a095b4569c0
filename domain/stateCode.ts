/**
 * Compares the code that the engine runs from a stack's state with the code that this program
 * writes.
 *
 * The engine runs the code that a dynamic resource keeps in the state, and starts the provider
 * plugins that the state names with the inputs that the state has. Whoever can write a state can
 * therefore run code as the identity of the next `up`, `refresh` or `destroy`, or send its token to
 * another host. Nothing of the state is trusted: it is compared, and what differs is refused by
 * name.
 */
import { createHash } from "node:crypto";
import { dynamicTypePrefix, isProviderType, providerTypePrefix, type DynamicResourceType } from "./resourceTypes";
import { typeAndName } from "./urn";

/**
 * The text of a dynamic resource's provider in the state: it calls the package
 * `@defender-mssp/microsoft` by name, and holds nothing else.
 */
export function providerCode(logic: string): string {
  return `const call = (method) => async (...args) => (await import("@defender-mssp/microsoft")).${logic}[method](...args);
exports.handler = () => ({
  check: call("check"),
  diff: call("diff"),
  create: call("create"),
  read: call("read"),
  update: call("update"),
  delete: call("delete"),
});
`;
}

/**
 * The name that `@defender-mssp/microsoft` exports the logic of each dynamic resource by. Names in
 * every customer's state: none changes.
 */
export const dynamicResourceLogic = {
  AlertNotificationRule: "notificationRuleResource",
  AppRoleGrant: "appRoleGrantResource",
  ConnectedOrganization: "connectedOrganizationResource",
  CrossTenantPartner: "crossTenantPartnerResource",
  CrossTenantPartnerEntry: "crossTenantPartnerEntryResource",
  DefenderRoleAssignment: "roleAssignmentResource",
  DefenderRoleDefinition: "roleDefinitionResource",
  DefenderSiemAuthorization: "siemAuthorizationResource",
  DetectionRule: "detectionRuleResource",
  EligibleMembers: "eligibleMembersResource",
  Guest: "guestResource",
  MsspServicePrincipal: "servicePrincipalResource",
  PortalAccessModel: "portalAccessModelResource",
  StackIdentity: "stackIdentityResource",
} as const satisfies Readonly<Record<DynamicResourceType, string>>;

/**
 * Texts of earlier releases, by type name. A release that changes `providerCode` adds the text
 * before it here.
 */
const formerCode: Readonly<Record<string, readonly string[]>> = {};

/** Provider plugins that the program uses, with the inputs that it gives to each. */
const providerInputs: Readonly<Record<string, RegExp>> = {
  azuread: /^(environment|tenantId|useMsi|version)$/,
  "azure-native": /^(environment|subscriptionId|tenantId|useMsi|version)$/,
  pulumi: /^version$/,
  // The project's configuration, `<namespace>:<key>`.
  "pulumi-nodejs": /^[^:]+:.+$/,
  random: /^version$/,
};

const exactVersion = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

/**
 * A resource as a state has it. `pulumi stack export` has inputs and outputs; the engine tells a
 * running program the outputs only.
 */
export interface StateEntry {
  readonly urn: string;
  readonly type: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** Something in a state that no release of this program has written. */
export interface ForeignState {
  readonly urn: string;
  /** What it is, as the end of a sentence that begins with the resource's name. */
  readonly problem: string;
  /**
   * SHA-256 (hexadecimal) of what would run: of the code, or of the provider's inputs as JSON with
   * sorted keys.
   */
  readonly sha256: string;
}

/**
 * Resources of a state that carry code, or configure a provider plugin, in a way that no release of
 * this program does.
 *
 * @param allowed SHA-256 hashes that count as known: of resources that an extension declares.
 */
export function foreignState(entries: readonly StateEntry[], allowed: readonly string[] = []): ForeignState[] {
  const found = entries.flatMap((entry) => [...foreignCode(entry), ...foreignProvider(entry)]);
  const isFirst = (one: ForeignState) =>
    found.findIndex(({ urn, sha256 }) => urn === one.urn && sha256 === one.sha256) === found.indexOf(one);
  return found.filter((one) => isFirst(one) && !allowed.includes(one.sha256));
}

/**
 * The environment variable with the SHA-256 hashes that count as known, separated by commas or
 * spaces.
 */
export const allowedStateVariable = "MSSP_ALLOWED_STATE_CODE";

/** The hashes that MSSP_ALLOWED_STATE_CODE names. */
export function allowedStateHashes(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  return (environment[allowedStateVariable] ?? "").split(/[\s,]+/).filter((hash) => hash !== "");
}

/**
 * The problem of a text that a resource gives to the host of dynamic resources, with the remedy;
 * undefined for an allowed text.
 */
export function codeProblem(urn: string, text: unknown, allowed: readonly string[]): string | undefined {
  const sha256 = codeHash(text);
  if (allowed.includes(sha256)) return undefined;
  return (
    `${typeAndName(urn)} ${foreignCodeProblem} (SHA-256 ${sha256}). Nothing of it has run. Find out who wrote it: ` +
    `\`npx mssp docs troubleshooting\`. If an extension of yours declares the resource, add its hash to ${allowedStateVariable}.`
  );
}

/**
 * The problems of a state with the remedy; undefined without problems.
 *
 * @param environment may have MSSP_ALLOWED_STATE_CODE.
 */
export function foreignStateMessage(
  stack: string,
  entries: readonly StateEntry[],
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const found = foreignState(entries, allowedStateHashes(environment));
  if (found.length === 0) return undefined;
  const lines = found.map(({ urn, problem, sha256 }) => `  - ${typeAndName(urn)} ${problem} (SHA-256 ${sha256})`);
  return (
    `The state of stack "${stack}" ${distrust}: the engine would run what this program didn't write.\n${lines.join("\n")}\n` +
    `None of it has run. Find out who wrote the state, and restore it from a backup: \`npx mssp docs troubleshooting\`.\n` +
    `If an extension of yours declares the resource, add its hash to ${allowedStateVariable}.`
  );
}

const distrust = "can't be trusted";

/** Whether an error's text is a refusal of a state, or of a resource's code: running again is no remedy. */
export function isStateRefusal(text: string): boolean {
  return text.includes(distrust) || text.includes(foreignCodeProblem);
}

/**
 * Any resource may name the dynamic provider as its own, whatever its type: the property alone
 * decides.
 */
function foreignCode({ urn, type, inputs = {}, outputs = {} }: StateEntry): ForeignState[] {
  const texts = new Set([inputs, outputs].flatMap((values) => ("__provider" in values ? [values["__provider"]] : [])));
  const known = knownCode(type);
  return [...texts]
    .filter((text) => typeof text !== "string" || !known.includes(text))
    .map((text) => ({
      urn,
      problem: foreignCodeProblem,
      sha256: codeHash(text),
    }));
}

const foreignCodeProblem = "carries code that no release of this program has written";

function codeHash(text: unknown): string {
  return sha256(typeof text === "string" ? text : sortedJson(text ?? null));
}

function knownCode(type: string): readonly string[] {
  const name = dynamicTypeName(type);
  return name === undefined ? [] : [providerCode(dynamicResourceLogic[name]), ...(formerCode[name] ?? [])];
}

function dynamicTypeName(type: string): DynamicResourceType | undefined {
  const name = type.slice(dynamicTypePrefix.length);
  const isKnown = type.startsWith(dynamicTypePrefix) && Object.hasOwn(dynamicResourceLogic, name);
  return isKnown ? (name as DynamicResourceType) : undefined;
}

/**
 * The logic in `@defender-mssp/microsoft` that a resource's text calls, if this or an earlier
 * release has written that text for this type.
 */
export function dynamicLogicName(
  type: string,
  text: unknown,
): (typeof dynamicResourceLogic)[DynamicResourceType] | undefined {
  const name = dynamicTypeName(type);
  if (name === undefined || typeof text !== "string" || !knownCode(type).includes(text)) return undefined;
  return dynamicResourceLogic[name];
}

function foreignProvider({ urn, type, inputs = {}, outputs = {} }: StateEntry): ForeignState[] {
  if (!isProviderType(type)) return [];
  const name = type.slice(providerTypePrefix.length);
  const known = Object.entries(providerInputs).find(([one]) => one === name)?.[1];
  return [inputs, outputs].flatMap((values) => {
    const problem = known === undefined ? `is of the provider plugin "${name}"` : providerProblem(values, known);
    return problem === undefined
      ? []
      : [{ urn, problem: `${problem}, which this program doesn't use`, sha256: sha256(sortedJson(values)) }];
  });
}

function providerProblem(values: Readonly<Record<string, unknown>>, known: RegExp): string | undefined {
  const { __internal: internal = {}, version, ...others } = values;
  if (sortedJson(internal) !== "{}") return "has a plugin of another origin";
  if (version !== undefined && !(typeof version === "string" && exactVersion.test(version)))
    return "has a plugin version";
  const unknown = Object.keys(others).find((key) => !known.test(key));
  return unknown === undefined ? undefined : `has the input "${unknown}"`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === "object" && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}

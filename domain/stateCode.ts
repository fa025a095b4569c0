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
import { parseUrn, typeAndName } from "./urn";

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
  /** Whether a plugin makes it. The engine does not tell a running program. */
  readonly custom?: boolean;
  /** Reference to its provider, `<URN>::<ID>`. */
  readonly provider?: string | undefined;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** A package whose plugin the engine may start, besides those of the program: of an extension's resources. */
export interface AllowedPackage {
  readonly name: string;
  /** Exact version of the plugin. */
  readonly version: string;
}

/** What a reviewer has allowed in a state, besides what the program writes. */
export interface AllowedState {
  /** SHA-256 hashes of code, and of inputs of providers: MSSP_ALLOWED_STATE_CODE. */
  readonly hashes?: readonly string[];
  /** The setting `allowedPackages`. */
  readonly packages?: readonly AllowedPackage[];
}

/** Something in a state that this release has not written. */
export interface ForeignState {
  readonly urn: string;
  /** What it is, as the end of a sentence that begins with the resource's name. */
  readonly problem: string;
  /**
   * SHA-256 (hexadecimal) of what would run: of the code, or of the provider's inputs as JSON with
   * sorted keys. Absent where no hash allows it.
   */
  readonly sha256?: string;
  /** The package that `allowedPackages` may name. */
  readonly package?: AllowedPackage;
}

/**
 * Resources of a state that carry code, configure a provider plugin, or have the engine start one,
 * in a way that this release does not.
 */
export function foreignState(
  entries: readonly StateEntry[],
  { hashes = [], packages = [] }: AllowedState = {},
): ForeignState[] {
  const findings = entries.flatMap((entry) => [
    ...foreignType(entry),
    ...foreignCode(entry),
    ...foreignProvider(entry, packages),
    ...foreignPackage(entry, entries),
  ]);
  const isFirst = (one: ForeignState) =>
    findings.findIndex(
      ({ urn, problem, sha256 }) => urn === one.urn && problem === one.problem && sha256 === one.sha256,
    ) === findings.indexOf(one);
  return findings.filter((one) => isFirst(one) && !(one.sha256 !== undefined && hashes.includes(one.sha256)));
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
  packages: readonly AllowedPackage[] = [],
): string | undefined {
  const findings = foreignState(entries, { hashes: allowedStateHashes(environment), packages });
  if (findings.length === 0) return undefined;
  const lines = findings.map(
    ({ urn, problem, sha256 }) =>
      `  - ${typeAndName(urn)} ${problem}${sha256 === undefined ? "" : ` (SHA-256 ${sha256})`}`,
  );
  const isHashed = findings.some(({ sha256 }) => sha256 !== undefined);
  const proposed = proposedPackages(findings, packages);
  return [
    `The state of stack "${stack}" ${distrust}: the engine would run what this program didn't write.`,
    ...lines,
    "None of it has run. Find out who wrote the state, and restore it from a backup: `npx mssp docs troubleshooting`.",
    ...(isHashed ? [`If an extension of yours declares the resource, add its hash to ${allowedStateVariable}.`] : []),
    ...(proposed === undefined ? [] : [`If an extension of yours uses the package, add to the settings: ${proposed}`]),
  ].join("\n");
}

/** The line of the settings that allows the packages; undefined where none is missing. */
function proposedPackages(findings: readonly ForeignState[], allowed: readonly AllowedPackage[]): string | undefined {
  const missing = findings.flatMap((finding) => finding.package ?? []);
  if (missing.length === 0) return undefined;
  const texts = [...allowed, ...missing].map(({ name, version }) => `{ name: ${name}, version: ${version} }`);
  return `allowedPackages: [${[...new Set(texts)].join(", ")}]`;
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
    .filter((text) => known === undefined || text !== known)
    .map((text) => ({
      urn,
      problem: foreignCodeProblem,
      sha256: codeHash(text),
    }));
}

const foreignCodeProblem = "carries code that this release has not written";

function codeHash(text: unknown): string {
  return sha256(typeof text === "string" ? text : sortedJson(text ?? null));
}

function knownCode(type: string): string | undefined {
  const name = dynamicTypeName(type);
  return name === undefined ? undefined : providerCode(dynamicResourceLogic[name]);
}

function dynamicTypeName(type: string): DynamicResourceType | undefined {
  const name = type.slice(dynamicTypePrefix.length);
  const isKnown = type.startsWith(dynamicTypePrefix) && Object.hasOwn(dynamicResourceLogic, name);
  return isKnown ? (name as DynamicResourceType) : undefined;
}

/**
 * The logic in `@defender-mssp/microsoft` that a resource's text calls, if this release has written
 * that text for this type.
 */
export function dynamicLogicName(
  type: string,
  text: unknown,
): (typeof dynamicResourceLogic)[DynamicResourceType] | undefined {
  const name = dynamicTypeName(type);
  return name === undefined || text !== knownCode(type) ? undefined : dynamicResourceLogic[name];
}

/** The engine loads a plugin by the type in the URN, and checks the state's integrity by the other one. */
function foreignType({ urn, type }: StateEntry): ForeignState[] {
  const ofUrn = parseUrn(urn).type;
  return ofUrn === type ? [] : [{ urn, problem: `has the type "${type}", and "${ofUrn}" in its URN` }];
}

function foreignProvider({ urn, inputs, outputs }: StateEntry, packages: readonly AllowedPackage[]): ForeignState[] {
  const { type } = parseUrn(urn);
  if (!isProviderType(type)) return [];
  const name = type.slice(providerTypePrefix.length);
  const known = Object.hasOwn(providerInputs, name) ? providerInputs[name] : undefined;
  // A running program sees no inputs.
  const seen = [inputs, outputs].filter((values) => values !== undefined);
  return (seen.length === 0 ? [{}] : seen).flatMap((values: Readonly<Record<string, unknown>>): ForeignState[] => {
    const version = String(values["version"]);
    const isAllowed = packages.some((allowed) => allowed.name === name && allowed.version === version);
    const problem =
      known !== undefined || isAllowed
        ? providerProblem(values, known ?? /^version$/)
        : `is of the provider plugin "${name}"`;
    if (problem === undefined) return [];
    const isPlain = !isAllowed && known === undefined && providerProblem(values, /^version$/) === undefined;
    return [
      {
        urn,
        problem: `${problem}, which this program doesn't use`,
        sha256: sha256(sortedJson(values)),
        ...(isPlain && exactVersion.test(version) && { package: { name, version } }),
      },
    ];
  });
}

/**
 * Without a reference to a provider, the engine starts the plugin of the package in the URN. With one,
 * it starts the plugin of the provider, which is judged as an entry of its own.
 */
function foreignPackage({ urn, custom, provider }: StateEntry, entries: readonly StateEntry[]): ForeignState[] {
  const { type } = parseUrn(urn);
  if (custom !== true || isProviderType(type)) return [];
  if (provider === undefined || provider === "")
    return [{ urn, problem: "has no provider: the engine would choose the plugin by its type" }];
  const name = type.slice(0, type.indexOf(":"));
  const providerUrn = provider.slice(0, provider.lastIndexOf("::"));
  if (parseUrn(providerUrn).type !== `${providerTypePrefix}${name}`)
    return [{ urn, problem: `has the provider "${typeAndName(provider)}", of another package` }];
  const isJudged = Object.hasOwn(providerInputs, name) || entries.some((entry) => entry.urn === providerUrn);
  return isJudged ? [] : [{ urn, problem: "has a provider that the state does not have" }];
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

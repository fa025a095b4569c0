/**
 * Configuration → one checked, typed, frozen object. Only this file and the folder settings/ know
 * the configuration's keys; `Pulumi.yaml` describes the same keys to the engine. It does not import
 * Pulumi, so that the `mssp` command uses the same code.
 */
import { valueAt } from "@defender-mssp/errors/json";
import {
  clouds,
  isUuid,
  withoutUndefined,
  type CloudName,
  type CrossTenantTrust,
  type Environment,
  type MsspConditionalAccess,
} from "@defender-mssp/microsoft";
import * as z from "zod/mini";
import {
  applicationNameLimit,
  directoryNameLimit,
  redirectUriLimit,
  securityGroupName,
  siemConnectorName,
  siemRedirectUri,
} from "../domain/naming";
import {
  azureProblems,
  azureSettings,
  delegationFrom,
  handoverFrom,
  sentinelAccessFrom,
  type SentinelAccessSettings,
} from "./azure";
import { allowedPackageSettings } from "./allowedPackages";
import { environmentProblems, type RawSettings } from "./environment";
import { adoptedFrom, adoptedProblems, adoptedSettings, type AdoptedSettings } from "./adopted";
import { analystProblems, analystsFrom, analystSettings, type Analyst } from "./analysts";
import { detectionProblems, detectionsFrom, detectionSettings, type DetectionSettings } from "./detections";
import { connectorFrom, connectorMap, connectorProblems, connectorSettings, type ConnectorSettings } from "./connector";
import {
  notificationProblems,
  notificationRulesFrom,
  notificationSettings,
  type NotificationRule,
} from "./notificationRules";
import { msspApplicationsFrom, msspSettings } from "./msspSettings";
import { offboardedSettings } from "./offboardedSettings";
import {
  portalAccessFrom,
  portalAccessMap,
  portalAccessProblems,
  portalAccessSettings,
  type PortalAccessSettings,
} from "./portalAccess";
import { SettingPlace } from "./place";
import {
  fromJson,
  keyText,
  nearOne,
  pathText,
  refuseSettings,
  secretive,
  shown,
  unknownKey,
  type SettingProblem,
  type SettingsFile,
} from "./problems";
import { optional, required, type CheckedValue } from "./setting";
import { sharedTenantSettings } from "./sharedTenant";
import { tagSettings } from "./tags";
import {
  conditionalAccessFrom,
  conditionalAccessMap,
  crossTenantTrustFrom,
  trustProblems,
  trustSettings,
} from "./trust";
import { domainName, endpoint, moduleName, displayName, oneOf, switchOf, tenantId } from "./validators";

export type { AdoptedObject, AdoptedSettings } from "./adopted";
export type { Analyst } from "./analysts";
export type { ConnectorSettings } from "./connector";
export type { DetectionException, DetectionSettings } from "./detections";
export type { MsspApplication, MsspApplications, MsspContact } from "./msspSettings";
export type { NotificationRule } from "./notificationRules";
export type { PortalAccessSettings } from "./portalAccess";
export type { SettingProblem } from "./problems";

/** How Defender calls without a public API are made. */
export type DefenderCallSettings =
  /** To an endpoint: this one, or the one of `MSSP_DEFENDER_ENDPOINT` at run time (sandbox). */
  | { readonly mode: "endpoint"; readonly endpoint?: string }
  /** By a person in the portal: the stack's `nextSteps` output says how. */
  | { readonly mode: "manual" };

/** The checked settings of a stack. */
export interface Settings extends Pick<CheckedValue<typeof settingsSchema>, AsDeclared> {
  /** The cloud that the customer's tenant is in. */
  readonly cloud: CloudName;
  readonly analysts: readonly Analyst[];
  readonly portalAccess: PortalAccessSettings;
  /** What the customer's tenant trusts of the MSSP's. Off unless set. */
  readonly crossTenantTrust?: CrossTenantTrust;
  /** The customer's Conditional Access policy for the MSSP's people. Off unless set. */
  readonly conditionalAccess?: MsspConditionalAccess;
  readonly notificationRules: readonly NotificationRule[];
  readonly connector: ConnectorSettings;
  readonly sentinelAccess?: SentinelAccessSettings;
  readonly detections?: DetectionSettings;
  readonly defenderCalls: DefenderCallSettings;
  /** What was created by hand before this stack. Default: nothing. */
  readonly adopted?: AdoptedSettings;
}

/** Settings whose value is the declared one; IDs are in lower case. */
type AsDeclared =
  | ("customerName" | "tenantId" | "customerDomain" | "msspName" | "msspTenantId")
  | ("analystDomains" | "invitationMessage" | "invitationLanguage" | "invitationCopyTo" | "adoptMembers")
  | ("handover" | "azureDelegation" | "extension" | "allowedPackages" | "tags" | "sharedTenantWith")
  | ("msspContact" | "msspLogo" | "reportTimeZone" | "msspApplications" | "offboarded" | "rehearsal");

/**
 * Every setting, in the order in which errors are listed. `Pulumi.yaml` and the reference are
 * generated from it.
 */
export const settingsSchema = z.object({
  customerName: required(displayName("the customer's name", applicationNameLimit - siemConnectorName("").length), {
    description: `The customer's name. The SIEM's app registration is named "${siemConnectorName("<customerName>")}".`,
    example: "Contoso",
  }),
  tenantId: required(tenantId("the customer's"), {
    description:
      "The customer's tenant (directory). Everything is created there; `up` stops before the first change if its credentials reach another tenant.",
    example: "11111111-2222-3333-4444-555555555555",
  }),
  customerDomain: required(domainName("a domain name alone", redirectUriLimit - siemRedirectUri("").length), {
    description:
      `A verified domain of the customer's tenant, or a domain below one. The connector's redirect URI is \`${siemRedirectUri("<customerDomain>")}\`. ` +
      "A first `up` stops before the first change if the domain is not the tenant's.",
    example: "contoso.com",
  }),
  msspName: required(displayName("the MSSP's name", directoryNameLimit - securityGroupName("").length), {
    description: `The MSSP's name. The analysts' security group is named "${securityGroupName("<msspName>")}".`,
    example: "Fabrikam Security",
  }),
  msspTenantId: required(tenantId("the MSSP's own"), {
    description:
      "The MSSP's own tenant (directory), other than `tenantId`. The SIEM's application is authorized for it.",
    example: "66666666-7777-8888-9999-000000000000",
  }),
  cloud: optional(oneOf("the cloud of the customer's tenant", Object.keys(clouds) as CloudName[]), {
    description: "The cloud of the customer's tenant.",
    default: "`public`",
    example: "gccHigh",
  }),
  ...analystSettings,
  ...portalAccessSettings,
  ...trustSettings,
  ...notificationSettings,
  ...connectorSettings,
  ...azureSettings,
  ...detectionSettings,
  defenderEndpoint: optional(endpoint("a gateway that makes Defender's calls without a public API"), {
    description:
      "URL of your gateway that authorizes the SIEM and creates notification rules, for which Microsoft has no public API.",
    default: "none: a person does it in the portal, and the output `nextSteps` says how",
    example: "https://defender-gateway.mssp.example",
  }),
  extension: optional(moduleName("a module of the folder extensions, without its ending"), {
    description:
      "Module of the folder extensions/ that declares your own resources for this customer; see `npx mssp docs policy`.",
    default: "none",
    example: "breakGlass",
  }),
  ...allowedPackageSettings,
  ...adoptedSettings,
  ...tagSettings,
  ...sharedTenantSettings,
  ...msspSettings,
  ...offboardedSettings,
  rehearsal: optional(switchOf("whether `npx mssp rehearse --life` may use the stack"), {
    description:
      "The tenant is a test tenant, and `npx mssp rehearse --life` may deploy the stack there and remove it. `npx mssp fleet` and `npx mssp ci matrix` " +
      "refuse a selection that includes such a stack, and `npx mssp offboard` doesn't mark it as off-boarded.",
    default: "`false`: a customer's tenant",
    example: "true",
  }),
});

/** Settings that are lists or maps. The engine passes them as JSON. */
const structured = new Set([
  "analysts",
  "analystDomains",
  "portalAccess",
  "crossTenantTrust",
  "conditionalAccess",
  "notificationRules",
  "connector",
  "handover",
  "azureDelegation",
  "sentinelAccess",
  "detections",
  "allowedPackages",
  "adopted",
  "tags",
  "sharedTenantWith",
  "msspContact",
  "msspApplications",
  "offboarded",
]);

/** The keys of a stack's configuration, without the project's name. */
export const settingKeys: readonly string[] = Object.keys(settingsSchema.shape);

/**
 * Checks a stack's configuration.
 *
 * @param values each key without the project's name in front, with its value as the engine hands it
 * over: text, and JSON for a list. A key with empty text counts as not set.
 * @param secretKeys the keys that are encrypted in the stack's file. Their values never appear in
 * an error.
 * @param environment MSSP_DEFENDER_ENDPOINT turns the SIEM authorization into a call; ARM_TENANT_ID
 * and AZURE_TENANT_ID must not name a third tenant, ARM_USE_MSI must be off, and MSSP_CLOCK is for
 * the sandbox only.
 * @param file the file that the error names with the line of each key.
 * @throws SettingsError that lists everything that is wrong, and nothing else whatever the input.
 */
export function parseSettings(
  values: Readonly<Record<string, unknown>>,
  secretKeys: Iterable<string>,
  environment: Environment,
  file?: SettingsFile,
): Settings {
  const result = checkSettings(values, secretKeys, environment);
  if ("problems" in result) refuseSettings(result.problems, file);
  return result.settings;
}

/** As `parseSettings`, for a caller that shows the problems itself. */
export function checkSettings(
  values: Readonly<Record<string, unknown>>,
  secretKeys: Iterable<string>,
  environment: Environment,
): { readonly settings: Settings } | { readonly problems: readonly SettingProblem[] } {
  const secrets = new Set(secretKeys);
  const raw = rawSettings(values);
  const parsed = z.safeParse(settingsSchema, raw);
  const problems = (parsed.error?.issues ?? []).flatMap((issue) => problemsOfIssue(issue, raw, secrets));
  const place = new SettingPlace({ raw, secrets, problems });
  for (const findProblems of [
    sameTenants,
    sameApplications,
    analystProblems,
    portalAccessProblems,
    trustProblems,
    notificationProblems,
    connectorProblems,
    azureProblems,
    detectionProblems,
    adoptedProblems,
  ]) {
    findProblems(place);
  }
  problems.push(...environmentProblems(raw, environment), ...secretSettings(secrets), ...unknownKeys(values, secrets));
  if (problems.length > 0 || !parsed.success) return { problems };
  return { settings: settingsFrom(parsed.data, environment) };
}

/**
 * What is wrong with one setting, as far as the others are known: unset ones are no problem of it.
 * @param values settings without the project's name in front.
 * @returns what is allowed; undefined if the value is.
 */
export function problemAt(key: string, values: Readonly<Record<string, unknown>>): SettingProblem | undefined {
  const result = checkSettings(values, [], {});
  if (!("problems" in result)) return undefined;
  return result.problems.find((problem) => problem.key.split(/[.[]/)[0] === key);
}

function settingsFrom(checked: z.infer<typeof settingsSchema>, environment: Environment): Settings {
  const {
    defenderEndpoint,
    analystDomains,
    accessEndsOn,
    portalAccess,
    crossTenantTrust,
    conditionalAccess,
    notificationRules,
    connector,
    adopted,
    offboarded,
    ...rest
  } = checked;
  const msspTenantId = rest.msspTenantId.toLowerCase();
  const cloud = rest.cloud ?? "public";
  return Object.freeze({
    ...rest,
    tenantId: rest.tenantId.toLowerCase(),
    msspTenantId,
    cloud,
    analysts: analystsFrom(rest.analysts, accessEndsOn),
    portalAccess: Object.freeze(portalAccessFrom(portalAccess, msspTenantId)),
    notificationRules: notificationRulesFrom(notificationRules),
    connector: Object.freeze(connectorFrom(connector, cloud)),
    ...withoutUndefined({
      analystDomains,
      crossTenantTrust: crossTenantTrustFrom(crossTenantTrust),
      conditionalAccess: conditionalAccessFrom(conditionalAccess),
      handover: handoverFrom(rest.handover),
      azureDelegation: delegationFrom(rest.azureDelegation),
      sentinelAccess: sentinelAccessFrom(rest.sentinelAccess, portalAccess?.model ?? "rbac"),
      detections: detectionsFrom(rest.detections),
      adopted: adoptedFrom(adopted),
      msspContact: rest.msspContact && Object.freeze(withoutUndefined(rest.msspContact)),
      msspApplications: msspApplicationsFrom(rest.msspApplications),
      offboarded: offboarded && Object.freeze(withoutUndefined(offboarded)),
    }),
    defenderCalls: Object.freeze(defenderCalls(defenderEndpoint, environment)),
  });
}

function defenderCalls(defenderEndpoint: string | undefined, environment: Environment): DefenderCallSettings {
  if (defenderEndpoint !== undefined) return { mode: "endpoint", endpoint: defenderEndpoint.replace(/\/+$/, "") };
  return environment["MSSP_DEFENDER_ENDPOINT"] ? { mode: "endpoint" } : { mode: "manual" };
}

/** The known settings for the checks: empty text is absent, and JSON is parsed. */
function rawSettings(values: Readonly<Record<string, unknown>>): RawSettings {
  const raw: RawSettings = {};
  for (const key of settingKeys) {
    const value = Object.hasOwn(values, key) ? values[key] : undefined;
    if (value === undefined || value === null || value === "") continue;
    raw[key] = structured.has(key) ? fromJson(value) : value;
  }
  if (raw["portalAccess"] !== undefined) raw["portalAccess"] = portalAccessMap(raw["portalAccess"]);
  if (raw["conditionalAccess"] !== undefined) raw["conditionalAccess"] = conditionalAccessMap(raw["conditionalAccess"]);
  if (raw["connector"] !== undefined) raw["connector"] = connectorMap(raw["connector"]);
  // The file has the analysts; a reader without the file sees none.
  if (raw["analystsFrom"] !== undefined) raw["analysts"] ??= [];
  // These models have no list of analysts.
  if (["entitlement", "governance"].includes(valueAt(raw, ["portalAccess", "model"]) as string)) raw["analysts"] ??= [];
  return raw;
}

function problemsOfIssue(issue: z.core.$ZodIssue, raw: RawSettings, secrets: ReadonlySet<string>): SettingProblem[] {
  const path = issue.path;
  const secret = secrets.has(String(path[0]));
  if (issue.code !== "unrecognized_keys") {
    const value = valueAt(raw, path);
    const near = secret || typeof value !== "string" ? undefined : nearOne(value.slice(0, 100), valuesAt(path));
    const allowed = near === undefined ? issue.message : `${issue.message}; did you mean ${near}?`;
    return [{ key: pathText(path), seen: shown(value, secret), allowed }];
  }
  const known = issue.message.split(",");
  return issue.keys.map((key) => ({
    key: pathText([...path, key]),
    seen: shown(valueAt(raw, [...path, key]), secret || secretive.test(key)),
    allowed: unknownKey(key, known, meantValue([...path, key])),
  }));
}

/** The sibling of an unknown key that has the key as a value: `portalAccess.activation: justInTime`. */
function meantValue(path: readonly PropertyKey[]): string | undefined {
  const key = String(path.at(-1));
  const map = path.slice(0, -1).reduce<z.core.$ZodType | undefined>(validatorBelow, settingsSchema);
  const siblings = Object.entries(shapeOf(map));
  const sibling = siblings.find(([, validator]) => enumValues(validator).includes(key));
  return sibling && `${pathText([...path.slice(0, -1), sibling[0]])}: ${key}`;
}

/** The closed set that the value of a key is of; empty for another value. */
function valuesAt(path: readonly PropertyKey[]): string[] {
  const validator = path.reduce<z.core.$ZodType | undefined>(validatorBelow, settingsSchema);
  return validator === undefined ? [] : enumValues(validator);
}

function validatorBelow(validator: z.core.$ZodType | undefined, part: PropertyKey): z.core.$ZodType | undefined {
  return typeof part === "number"
    ? alternatives(validator).find(isList)?.def.element
    : shapeOf(validator)[String(part)];
}

function shapeOf(validator: z.core.$ZodType | undefined): Readonly<Record<string, z.core.$ZodType>> {
  const map = alternatives(validator).find((inner) => inner instanceof z.ZodMiniObject);
  return map?.def.shape ?? {};
}

function enumValues(validator: z.core.$ZodType): string[] {
  return alternatives(validator).flatMap((inner) => {
    if (inner instanceof z.ZodMiniEnum) return Object.values(inner.def.entries).map(String);
    return inner instanceof z.ZodMiniLiteral ? inner.def.values.map(String) : [];
  });
}

function isList(validator: z.core.$ZodType): validator is z.ZodMiniArray {
  return validator instanceof z.ZodMiniArray;
}

/** A validator without what is around it: optional, a pipe, a union. */
function alternatives(validator: z.core.$ZodType | undefined): z.core.$ZodType[] {
  if (validator === undefined) return [];
  if (validator instanceof z.ZodMiniOptional) return alternatives(validator.def.innerType);
  if (validator instanceof z.ZodMiniPipe) return alternatives(validator.def.out);
  if (validator instanceof z.ZodMiniUnion) return validator.def.options.flatMap((option) => alternatives(option));
  return [validator];
}

function sameApplications(settings: SettingPlace): void {
  const idOf = (use: string) => settings.at("msspApplications", use, "id").text?.toLowerCase();
  const keeper = idOf("keeper");
  if (keeper !== undefined && [idOf("automation"), idOf("preview")].includes(keeper))
    settings.at("msspApplications", "keeper", "id").refuse("another application than automation and preview");
}

function sameTenants(settings: SettingPlace): void {
  const [tenantId, msspTenantId] = [settings.at("tenantId").text, settings.at("msspTenantId").text];
  if (!isUuid(tenantId) || !isUuid(msspTenantId) || tenantId.toLowerCase() !== msspTenantId.toLowerCase()) return;
  settings
    .at("msspTenantId")
    .refuse("another tenant than tenantId: the MSSP's analysts are guests in the customer's tenant");
}

/** A setting's value is readable in the tenant, in resource names and in the state. */
function secretSettings(secrets: ReadonlySet<string>): SettingProblem[] {
  const allowed =
    "a plain value: no setting is a secret, and this one's value is readable in the tenant and in the state";
  return settingKeys.filter((key) => secrets.has(key)).map((key) => ({ key, seen: "[secret]", allowed }));
}

function unknownKeys(values: Readonly<Record<string, unknown>>, secrets: ReadonlySet<string>): SettingProblem[] {
  const unknown = Object.keys(values).filter((key) => !settingKeys.includes(key));
  return unknown.map((key) => ({
    key: keyText(key),
    seen: shown(values[key], secrets.has(key) || secretive.test(key)),
    allowed: unknownKey(key, settingKeys),
  }));
}

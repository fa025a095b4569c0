/**
 * Configuration → one checked, typed, frozen object. Only this file and the folder settings/ know the configuration's keys; `Pulumi.yaml`
 * describes the same keys to the engine. There is no Pulumi in it, so that the `mssp` command reads settings with the same code.
 */
import { clockFault, clockVariable, cloudOf, clouds, withoutUndefined, type CloudName } from "@defender-mssp/microsoft";
import * as z from "zod/mini";
import { VisibleError } from "@defender-mssp/microsoft/errors";
import {
  applicationNameLimit,
  directoryNameLimit,
  redirectUriLimit,
  securityGroupName,
  siemConnectorName,
  siemRedirectUri,
} from "./naming";
import {
  azureProblems,
  azureSettings,
  delegationFrom,
  handoverFrom,
  type DelegationSettings,
  type HandoverSettings,
} from "./azure";
import { analystProblems, analystsFrom, analystSettings, type Analyst } from "./analysts";
import { connectorFrom, connectorMap, connectorProblems, connectorSettings, type ConnectorSettings } from "./connector";
import {
  notificationProblems,
  notificationRulesFrom,
  notificationSettings,
  type NotificationRule,
} from "./notificationRules";
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
  pathText,
  problemsMessage,
  secretive,
  shown,
  unknownKey,
  valueAt,
  type SettingProblem,
} from "./problems";
import { optional, required } from "./setting";
import { domainName, endpoint, isEndpoint, isUuid, moduleName, displayName, oneOf, tenantId } from "./validators";

export type { Analyst } from "./analysts";
export type { ConnectorSettings } from "./connector";
export type { NotificationRule } from "./notificationRules";
export type { PortalAccessSettings } from "./portalAccess";
export type { SettingProblem } from "./problems";

/** How the calls of Defender's that have no public API are made. */
export type DefenderCallSettings =
  /** To an endpoint: the given one, or (sandbox) the one that `MSSP_DEFENDER_ENDPOINT` names at run time. */
  | { readonly mode: "endpoint"; readonly endpoint?: string }
  /** By a person in the portal: the stack's `nextSteps` output says how. */
  | { readonly mode: "manual" };

/** What one stack's configuration says, checked. */
export interface Settings {
  readonly customerName: string;
  /** The customer's tenant, a UUID in lower case. */
  readonly tenantId: string;
  /** Host of the redirect URI, in lower case. */
  readonly customerDomain: string;
  readonly msspName: string;
  /** The MSSP's own tenant, a UUID in lower case. */
  readonly msspTenantId: string;
  /** The cloud that the customer's tenant is in. */
  readonly cloud: CloudName;
  readonly analysts: readonly Analyst[];
  /** Text of the invitation instead of Microsoft's own. Never set together with `invitationLanguage`. */
  readonly invitationMessage?: string;
  /** Language of Microsoft's own invitation text, a BCP 47 tag. */
  readonly invitationLanguage?: string;
  /** Who gets a copy of each invitation. */
  readonly invitationCopyTo?: string;
  readonly portalAccess: PortalAccessSettings;
  readonly notificationRules: readonly NotificationRule[];
  readonly connector: ConnectorSettings;
  /** Off unless set. */
  readonly handover?: HandoverSettings;
  /** Off unless set. */
  readonly azureDelegation?: DelegationSettings;
  readonly defenderCalls: DefenderCallSettings;
  /** A module of the folder extensions/, without its ending. None unless set. */
  readonly extension?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Every setting, in the order in which errors are listed. `reference.ts` describes them, and `Pulumi.yaml` is generated from that. */
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
    description: `A domain name of the customer. The connector's redirect URI is \`${siemRedirectUri("<customerDomain>")}\`.`,
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
  ...notificationSettings,
  ...connectorSettings,
  ...azureSettings,
  defenderEndpoint: optional(endpoint("a gateway that makes Defender's calls without a public API"), {
    description:
      "URL of your gateway that authorizes the SIEM and creates notification rules, for which Microsoft has no public API.",
    default: "none: a person does it in the portal, and the output `nextSteps` says how",
    example: "https://defender-gateway.mssp.example",
  }),
  extension: optional(moduleName("a module of the folder extensions, without its ending"), {
    description:
      "Module of the folder extensions/ that declares your own resources for this customer; see docs/extensions.md.",
    default: "none",
    example: "breakGlass",
  }),
});

/** Settings that are lists or maps, which the engine hands over as JSON. */
const structured = new Set([
  "analysts",
  "analystDomains",
  "portalAccess",
  "notificationRules",
  "connector",
  "handover",
  "azureDelegation",
]);

/** The keys that a stack's configuration may have, without the project's name in front. */
export const settingKeys: readonly string[] = Object.keys(settingsSchema.shape);

/**
 * Checks a stack's configuration.
 *
 * @param values each key without the project's name in front, with its value as the engine hands it over: text, and JSON for
 * a list. A key with empty text counts as not set.
 * @param secretKeys the keys that are encrypted in the stack's file. Their values never appear in an error.
 * @param environment MSSP_DEFENDER_ENDPOINT turns the SIEM authorization into a call; ARM_TENANT_ID and AZURE_TENANT_ID must
 * not name a third tenant, ARM_USE_MSI must be off, and MSSP_CLOCK is for the sandbox only.
 * @throws VisibleError that lists everything that is wrong, and nothing else whatever the input.
 */
export function parseSettings(
  values: Readonly<Record<string, unknown>>,
  secretKeys: Iterable<string>,
  environment: Environment,
): Settings {
  const result = checkSettings(values, secretKeys, environment);
  if ("problems" in result) throw new VisibleError(problemsMessage(result.problems));
  return result.settings;
}

/** As `parseSettings`, for a caller that shows the problems in its own way. */
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
    analystProblems,
    portalAccessProblems,
    notificationProblems,
    connectorProblems,
    azureProblems,
  ]) {
    findProblems(place);
  }
  problems.push(...environmentProblems(raw, environment), ...secretSettings(secrets), ...unknownKeys(values, secrets));
  if (problems.length > 0 || !parsed.success) return { problems };
  return { settings: settingsFrom(parsed.data, environment) };
}

type RawSettings = Partial<Record<string, unknown>>;

function settingsFrom(checked: z.infer<typeof settingsSchema>, environment: Environment): Settings {
  const { defenderEndpoint, analystDomains, accessEndsOn, portalAccess, notificationRules, connector, ...rest } =
    checked;
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
      handover: handoverFrom(rest.handover),
      azureDelegation: delegationFrom(rest.azureDelegation),
    }),
    defenderCalls: Object.freeze(defenderCalls(defenderEndpoint, environment)),
  });
}

function defenderCalls(defenderEndpoint: string | undefined, environment: Environment): DefenderCallSettings {
  if (defenderEndpoint !== undefined) return { mode: "endpoint", endpoint: defenderEndpoint.replace(/\/+$/, "") };
  return environment["MSSP_DEFENDER_ENDPOINT"] ? { mode: "endpoint" } : { mode: "manual" };
}

/** The known settings as the checks want them: empty is absent, and lists and maps come out of their JSON. */
function rawSettings(values: Readonly<Record<string, unknown>>): RawSettings {
  const raw: RawSettings = {};
  for (const key of settingKeys) {
    const value = Object.hasOwn(values, key) ? values[key] : undefined;
    if (value === undefined || value === null || value === "") continue;
    raw[key] = structured.has(key) ? fromJson(value) : value;
  }
  if (raw["portalAccess"] !== undefined) raw["portalAccess"] = portalAccessMap(raw["portalAccess"]);
  if (raw["connector"] !== undefined) raw["connector"] = connectorMap(raw["connector"]);
  // With the model entitlement there is nobody to list.
  if (valueAt(raw, ["portalAccess", "model"]) === "entitlement") raw["analysts"] ??= [];
  return raw;
}

function problemsOfIssue(issue: z.core.$ZodIssue, raw: RawSettings, secrets: ReadonlySet<string>): SettingProblem[] {
  const path = issue.path;
  const secret = secrets.has(String(path[0]));
  if (issue.code !== "unrecognized_keys") {
    return [{ key: pathText(path), seen: shown(valueAt(raw, path), secret), allowed: issue.message }];
  }
  const known = issue.message.split(",");
  return issue.keys.map((key) => ({
    key: pathText([...path, key]),
    seen: shown(valueAt(raw, [...path, key]), secret || secretive.test(key)),
    allowed: unknownKey(key, known),
  }));
}

function sameTenants(settings: SettingPlace): void {
  const [tenantId, msspTenantId] = [settings.at("tenantId").text, settings.at("msspTenantId").text];
  if (!isUuid(tenantId) || !isUuid(msspTenantId) || tenantId.toLowerCase() !== msspTenantId.toLowerCase()) return;
  settings
    .at("msspTenantId")
    .refuse("another tenant than tenantId: the MSSP's analysts are guests in the customer's tenant");
}

function environmentProblems(raw: RawSettings, environment: Environment): SettingProblem[] {
  const problems: SettingProblem[] = [];
  const endpoint = environment["MSSP_DEFENDER_ENDPOINT"];
  if (endpoint && !isEndpoint(endpoint)) {
    const allowed = "a URL: https (http on this machine only), no user, query or fragment";
    problems.push({ key: "MSSP_DEFENDER_ENDPOINT (environment)", seen: shown(endpoint, false), allowed });
  }
  if (/^(true|1|t)$/i.test(environment["ARM_USE_MSI"] ?? "")) {
    const allowed = "unset: a managed identity's token is for its own tenant, whatever tenant it is asked for";
    problems.push({ key: "ARM_USE_MSI (environment)", seen: shown(environment["ARM_USE_MSI"], false), allowed });
  }
  const clock = clockFault(environment);
  if (clock !== undefined) {
    problems.push({
      key: `${clockVariable} (environment)`,
      seen: shown(environment[clockVariable], false),
      allowed: clock,
    });
  }
  problems.push(...otherCloud(raw["cloud"], environment));
  // A login left over from another customer's shell. The provider is told its tenant, but the person meant another one.
  const ours = [raw["tenantId"], raw["msspTenantId"]];
  if (!ours.every(isUuid)) return problems;
  for (const variable of ["ARM_TENANT_ID", "AZURE_TENANT_ID"]) {
    const tenant = environment[variable];
    if (!tenant || ours.some((id) => id.toLowerCase() === tenant.toLowerCase())) continue;
    const allowed = "unset, or the tenant of tenantId or msspTenantId: this shell is set up for another tenant";
    problems.push({ key: `${variable} (environment)`, seen: shown(tenant, false), allowed });
  }
  return problems;
}

/** The resources that call Microsoft themselves go by the environment alone: it must mean the cloud that the setting means. */
function otherCloud(cloud: unknown, environment: Environment): SettingProblem[] {
  const named = environment["ARM_ENVIRONMENT"];
  if (environment["ARM_METADATA_HOSTNAME"]) return []; // The hosts come from there.
  const wanted = typeof cloud === "string" && Object.hasOwn(clouds, cloud) ? clouds[cloud as CloudName] : clouds.public;
  if (environmentOf(named) === wanted.environment) return [];
  const allowed = `${wanted.environment}${wanted.environment === "public" ? ", or unset" : ""}: what goes with the setting cloud`;
  return [{ key: "ARM_ENVIRONMENT (environment)", seen: shown(named, false), allowed }];
}

function environmentOf(name: string | undefined): string | undefined {
  try {
    return clouds[cloudOf(name)].environment;
  } catch {
    return undefined; // No cloud that there is.
  }
}

/** Refused rather than leaked: a setting's value ends up readable in the tenant, in resource names and in the state. */
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

/**
 * docs/reference/permissions.md: what `up` and `preview` ask of the customer's administrator, from
 * domain/prerequisites.ts.
 */
import {
  alertApis,
  defaultConnectorAccess,
  publishedApplications,
  type ConnectorAccess,
  type CrossTenantTrust,
  type MsspConditionalAccess,
} from "@defender-mssp/microsoft";
import type { PortalAccessSettings } from "../../../settings";
import {
  monthPermissions,
  neededPermissions,
  permissionsForEvidence,
  permissionsToKeep,
  permissionsToAdopt,
  permissionsToFindAdditions,
  permissionsToPreview,
  permissionsToSeeGovernance,
  type NeededPermission,
  type PrerequisiteSettings,
} from "../../../domain/prerequisites";
import { applicationPermission } from "../../../domain/kinds/servicePrincipals";
import { siemApplicationResource, siemName } from "../../../domain/resourceNames";
import {
  hasCrossTenantTrust,
  hasCustomerApplication,
  hasDefenderEndpoint,
  isGrantedByAdministrator,
  isJustInTime,
  ownsConnector,
  readsAlertsBy,
  setsConditionalAccess,
} from "../../../domain/prerequisiteSettings";

const tiers = { tier1: { name: "1" }, tier2: { name: "2" }, approvers: { name: "3" } };
const models: Readonly<Record<PortalAccessSettings["model"], PortalAccessSettings>> = {
  basic: { model: "basic", role: "Security Reader", assignTo: "group" },
  rbac: { model: "rbac", tiers },
  entitlement: {
    model: "entitlement",
    tiers,
    approvers: [],
    expiresAfterDays: 365,
    reviewEvery: "year",
    identitySource: { domain: "mssp.example" },
  },
  governance: { model: "governance", groups: [], provisionConnector: false },
};

const connectors: readonly ConnectorAccess[] = [
  { ...defaultConnectorAccess, alertApis: ["legacySiem"] },
  { ...defaultConnectorAccess, alertApis: ["legacySiem"], incidents: true },
  { ...defaultConnectorAccess, alertApis: ["legacySiem", "graph"], consent: "administrator" },
  defaultConnectorAccess,
  { kind: "msspApp", applicationId: "", alertApis: ["graph"], credential: { type: "certificate" } },
];

const activation = { activation: { hours: 4 } };

/** Values of each setting that decides which permissions a stack needs. */
const decisive: { readonly [Key in keyof PrerequisiteSettings]-?: readonly PrerequisiteSettings[Key][] } = {
  analysts: [[]],
  portalAccess: [...Object.values(models), { ...models.basic, ...activation }, { ...models.rbac, ...activation }],
  defenderCalls: [{ mode: "endpoint" }, { mode: "manual" }],
  connector: connectors,
  crossTenantTrust: [undefined, { isMfaAccepted: true } as CrossTenantTrust],
  conditionalAccess: [undefined, {} as MsspConditionalAccess],
  notificationRules: [[], [{}]],
  handover: [undefined],
  azureDelegation: [undefined],
  detections: [undefined, {}],
  reportTimeZone: [undefined],
  sentinelAccess: [undefined],
  adopted: [undefined, { objects: [{ resource: siemApplicationResource(siemName) }] }],
  extension: [undefined],
  msspApplications: [undefined],
};

/** Every combination of settings that decides which permissions a stack needs. */
const choices = Object.entries(decisive).reduce<readonly Partial<PrerequisiteSettings>[]>(
  (combinations, [key, values]) =>
    combinations.flatMap((combination) => values.map((value) => ({ ...combination, [key]: value }))),
  [{}],
) as readonly PrerequisiteSettings[];

export function permissionsPage(): string {
  const all = new Map<string, NeededPermission>();
  for (const one of choices.flatMap(neededPermissions)) all.set(keyOf(one), one);
  return [
    "# Permissions",
    "",
    "`pulumi up`, `pulumi refresh` and `pulumi destroy` need the application permissions below in the customer's tenant. Which of them a stack needs",
    "depends on its settings. Ask a customer only for those. `npx mssp doctor --stack <stack>` lists them, and says which the signed-in identity has.",
    "",
    "An administrator of the customer grants them by consenting to the MSSP's automation application. See the",
    "[platform engineer's guide](../guides/platform-engineer.md#register-the-automation-application).",
    "",
    ...[...all.values()].flatMap(permissionSection),
    "## Optional permissions",
    "",
    "With `Organization.Read.All` and `Policy.Read.All`, the program finds a missing licence or a forbidding policy before the first change. Without them",
    "the call that needs it fails. The comparison of `customerDomain` with the tenant reads the domain's OpenID configuration, which needs no permission; with",
    "`Organization.Read.All`, an error about it also lists the tenant's verified domains. With `detections` and `SecurityAlert.Read.All`, `npx mssp status` and",
    "`npx mssp detections health` say which rules are noisy or silent.",
    "",
    ...["Organization.Read.All", "Policy.Read.All", "SecurityAlert.Read.All"].map(
      (name) => `- \`${name}\`: \`${roleId("Microsoft Graph", name)}\``,
    ),
    "",
    "## Permissions for the customer's month",
    "",
    "The figures of [the month](../report.md#the-month-for-the-customer) are read with the permissions below, by the preview application in the shipped pipelines. With",
    '`reportTimeZone`, `npx mssp permissions` asks for them and `npx mssp doctor` checks them; without it they are optional. A part without its permission is "not read".',
    "`CustomDetection.Read.All` is for customers with `detections`.",
    "",
    ...[...new Set(Object.values(monthPermissions))]
      .sort()
      .map((name) => `- \`${name}\`: \`${roleId("Microsoft Graph", name)}\``),
    "",
    "## Permissions for evidence",
    "",
    "[Evidence of what the MSSP did](../tenant.md#what-the-mssp-did), alone or before an off-boarding, reads the audit log and the sign-ins. Without a permission the",
    "evidence says what it does not show:",
    "",
    ...[...new Set(choices.flatMap(permissionsForEvidence))]
      .sort()
      .map((name) => `- \`${name}\`: \`${roleId("Microsoft Graph", name)}\``),
    "",
    "The permissions of `up` that write include most of them: `npx mssp permissions` lists the rest. The retention of the logs is known with",
    "`Organization.Read.All`. The proof of an off-boarding, and `npx mssp status --show onboarding`, read with the permissions of `up`; guests also with `User.Read.All`,",
    "assignments of access packages with `EntitlementManagement.Read.All`.",
    "",
    "## Permissions to preview",
    "",
    "`pulumi preview --refresh` only reads. A separate application for previews needs no permission that writes:",
    "",
    ...Object.values(models).map((portalAccess) => `- \`${portalAccess.model}\`: ${previewList({ portalAccess })}`),
    "",
    "And in addition:",
    "",
    ...previewAdditions.map(
      ([text, settings]) => `- ${text}: ${previewList(settings, permissionsToPreview(settingsWith({})))}`,
    ),
    "",
    "A gateway (`defenderEndpoint`) may require further permissions.",
    "",
    "In Azure, a preview needs `Reader`: with `handover` on the vault's resource group in the MSSP's subscription, with `azureDelegation` on the",
    "customer's subscription, with `sentinelAccess` on the resource group of the workspace.",
    "",
    "## Permissions of the keeper",
    "",
    "With `msspApplications.keeper`, [the keeper](../keeper.md) stands while the automation is disabled. It has the permissions to preview, and with a client",
    "secret (`connector.credential`) `Application.ReadWrite.OwnedBy`:",
    "",
    ...Object.values(models).map((portalAccess) => `- \`${portalAccess.model}\`: ${keeperList(portalAccess)}`),
    "",
    "## Permissions to see a governance relationship",
    "",
    "With `portalAccess` `governance`, `npx mssp verify`, `npx mssp status --show onboarding` and `npx mssp governance status` read the",
    "[relationship](../governance.md) with these. `npx mssp doctor --before-destroy`, `offboard`, `report --live` and, with every model, `verify` need",
    "`TenantGovernance-Relationship.Read.All` alone. No application may change it:",
    "",
    ...permissionsToSeeGovernance({ portalAccess: models.governance }).map(
      (name) => `- \`${name}\`: \`${roleId("Microsoft Graph", name)}\``,
    ),
    "",
    "## Permissions to adopt",
    "",
    "[`npx mssp adopt`](../guides/adopting.md) finds what was created by hand with these read-only permissions on Microsoft Graph. Without one of them its",
    "part is not looked at:",
    "",
    ...permissionsToAdopt.map((name) => `- \`${name}\`: \`${roleId("Microsoft Graph", name)}\``),
    "",
    "## Permissions to find additions",
    "",
    "These read-only permissions find [what somebody added](../tenant.md#what-somebody-added). A place that can't be read is `notChecked`:",
    "",
    ...Object.values(models).map((portalAccess) => {
      const permissions = permissionsToFindAdditions({ analysts: [], portalAccess, defenderCalls: { mode: "manual" } });
      return `- \`${portalAccess.model}\`: ${permissions.map((name) => `\`${name}\``).join(", ")}`;
    }),
    "",
  ].join("\n");
}

/** Settings that a preview needs further permissions for. */
const previewAdditions: readonly (readonly [string, Partial<PrerequisiteSettings>])[] = [
  ["`portalAccess.activation` `justInTime`", { portalAccess: { ...models.rbac, ...activation } }],
  ["`connector.alertApis` with `legacySiem`", { connector: { ...defaultConnectorAccess, alertApis: ["legacySiem"] } }],
  ["`crossTenantTrust` or `conditionalAccess`", { crossTenantTrust: { isMfaAccepted: true } as CrossTenantTrust }],
];

function settingsWith(settings: Partial<PrerequisiteSettings>): PrerequisiteSettings {
  return { analysts: [], portalAccess: models.rbac, defenderCalls: { mode: "manual" }, ...settings };
}

function previewList(settings: Partial<PrerequisiteSettings>, except: readonly string[] = []): string {
  const permissions = permissionsToPreview(settingsWith(settings)).filter((name) => !except.includes(name));
  return permissions.map((name) => `\`${name}\``).join(", ");
}

function keeperList(portalAccess: PrerequisiteSettings["portalAccess"]): string {
  const settings = settingsWith({ portalAccess, msspApplications: { keeper: { id: "" } } });
  return permissionsToKeep(settings)
    .map(({ permission }) => `\`${permission}\``)
    .join(", ");
}

function permissionSection(permission: NeededPermission): string[] {
  const { api, permission: name, purpose, alsoEnough, directoryRoles } = permission;
  const isOurs = name === "IntegrationConfiguration.ReadWrite";
  return [
    `## ${name}`,
    "",
    `For: ${purpose}.`,
    "",
    ...(isOurs
      ? [
          "Microsoft has no such call in its public API. The sandbox asks for this permission, as a stand-in for _Manage portal system settings_.",
          "A customer is never asked for it, unless your own gateway does.",
          "",
        ]
      : []),
    `- API: ${api}`,
    `- App role ID: \`${roleId(api, name)}\``,
    `- Needed: ${neededWhen(permission)}`,
    ...(alsoEnough.length === 0 ? [] : [`- Included in: ${alsoEnough.map((other) => `\`${other}\``).join(", ")}`]),
    ...(directoryRoles.length === 0 ? [] : [`- For a signed-in user instead: ${directoryRoles.join(", ")}`]),
    "",
  ];
}

/** The settings with which the permission is needed, in words. */
function neededWhen(permission: NeededPermission): string {
  const needing = choices.filter((choice) => neededPermissions(choice).some((one) => keyOf(one) === keyOf(permission)));
  const inModels = Object.keys(models).filter((model) =>
    needing.some(({ portalAccess }) => portalAccess.model === model),
  );
  const conditions = [
    ...(inModels.length === Object.keys(models).length ? [] : [`\`portalAccess\` is ${orList(inModels)}`]),
    ...settingConditions.filter(({ isMet }) => needing.every(isMet)).map(({ text }) => text),
  ];
  if (conditions.length > 0) return `if ${conditions.join(", and ")}`;
  if (needing.length < choices.length)
    throw new Error(`No condition here says when ${permission.permission} is needed.`);
  return "always";
}

/** Settings besides the model that permissions depend on. */
const settingConditions: readonly {
  readonly text: string;
  readonly isMet: (settings: PrerequisiteSettings) => boolean;
}[] = [
  { text: "`connector.kind` is `customerApp`", isMet: hasCustomerApplication },
  {
    text: "`connector.kind` is `msspApp`, `connector.accountEnabled` is set, or `adopted` has the connector's registration",
    isMet: (settings) => !ownsConnector(settings),
  },
  { text: "`portalAccess.activation` is `justInTime`", isMet: isJustInTime },
  ...alertApis.map((api) => ({ text: `\`connector.alertApis\` has \`${api}\``, isMet: readsAlertsBy(api) })),
  { text: "`connector.consent` is not `administrator`", isMet: (settings) => !isGrantedByAdministrator(settings) },
  {
    text: "the connector has an application permission (`connector.alertApis` has `graph`, or `connector` has `incidents` or a `profile`)",
    isMet: applicationPermission.isExpected,
  },
  { text: "`crossTenantTrust` is set", isMet: hasCrossTenantTrust },
  { text: "`conditionalAccess` is set", isMet: setsConditionalAccess },
  { text: "`detections` is set", isMet: ({ detections }) => detections !== undefined },
  { text: "`defenderEndpoint` is set, or on the sandbox", isMet: hasDefenderEndpoint },
];

function orList(values: readonly string[]): string {
  return values.map((value) => `\`${value}\``).join(" or ");
}

function keyOf({ api, permission }: NeededPermission): string {
  return `${api} ${permission}`;
}

function roleId(api: string, name: string): string {
  const id = publishedApplications.find(({ displayName }) => displayName === api)?.appRoles[name];
  if (id === undefined) throw new Error(`The ID of ${api}'s app role ${name} is not known.`);
  return id;
}

/** docs/reference/permissions.md: what `up` and `preview` ask of the customer's administrator, from settings/prerequisites.ts. */
import { publishedApplications } from "@defender-mssp/microsoft";
import type { PortalAccessSettings } from "../../../settings";
import {
  neededPermissions,
  permissionsToPreview,
  type NeededPermission,
  type PrerequisiteSettings,
} from "../../../settings/prerequisites";

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
};

/** Every choice that decides which permissions a stack needs, with the words for it. */
interface Choice {
  readonly model: keyof typeof models;
  readonly alertApis: readonly string[];
  readonly kind: "customerApp" | "msspApp";
  readonly mode: "endpoint" | "manual";
}

const choices: readonly Choice[] = Object.keys(models).flatMap((model) =>
  (["endpoint", "manual"] as const).flatMap((mode) =>
    [
      ...[["legacySiem"], ["graph"], ["legacySiem", "graph"]].map((alertApis) => ({
        kind: "customerApp" as const,
        alertApis,
      })),
      { kind: "msspApp" as const, alertApis: ["graph"] },
    ].map((connector) => ({ model: model as keyof typeof models, mode, ...connector })),
  ),
);

export function permissionsPage(): string {
  const all = new Map<string, NeededPermission>();
  for (const choice of choices) for (const one of neededPermissions(settingsOf(choice))) all.set(keyOf(one), one);
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
    "the call that needs it fails.",
    "",
    ...["Organization.Read.All", "Policy.Read.All"].map(
      (name) => `- \`${name}\`: \`${roleId("Microsoft Graph", name)}\``,
    ),
    "",
    "## Permissions to preview",
    "",
    "`pulumi preview --refresh` only reads. A separate application for previews needs no permission that writes:",
    "",
    ...Object.keys(models).flatMap((model) => [
      `- \`${model}\`: ${permissionsToPreview(
        settingsOf({
          model: model as keyof typeof models,
          alertApis: ["legacySiem", "graph"],
          kind: "customerApp",
          mode: "manual",
        }),
      )
        .map((name) => `\`${name}\``)
        .join(", ")}`,
    ]),
    "",
    "A gateway (`defenderEndpoint`) decides for itself what it asks for.",
    "",
  ].join("\n");
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

/** The choices with which the permission is needed, in words. */
function neededWhen(permission: NeededPermission): string {
  const needing = choices.filter((choice) =>
    neededPermissions(settingsOf(choice)).some((one) => keyOf(one) === keyOf(permission)),
  );
  const conditions = [
    ...only(
      needing,
      ({ model }) => model,
      Object.keys(models),
      (values) => `\`portalAccess\` is ${orList(values)}`,
    ),
    ...(needing.every(({ alertApis }) => alertApis.includes("graph")) ? ["`connector.alertApis` has `graph`"] : []),
    ...(needing.every(({ alertApis }) => alertApis.includes("legacySiem"))
      ? ["`connector.alertApis` has `legacySiem`"]
      : []),
    ...(needing.every(({ mode }) => mode === "endpoint") ? ["`defenderEndpoint` is set, or on the sandbox"] : []),
  ];
  return conditions.length === 0 ? "always" : `if ${conditions.join(", and ")}`;
}

function only(
  needing: readonly Choice[],
  value: (choice: Choice) => string,
  possible: readonly string[],
  words: (values: readonly string[]) => string,
): string[] {
  const values = possible.filter((one) => needing.some((choice) => value(choice) === one));
  return values.length === possible.length ? [] : [words(values)];
}

function orList(values: readonly string[]): string {
  return values.map((value) => `\`${value}\``).join(" or ");
}

function settingsOf({ model, alertApis, kind, mode }: Choice): PrerequisiteSettings {
  return {
    analysts: [],
    portalAccess: models[model],
    defenderCalls: { mode },
    connector: { kind, alertApis, credential: { type: "secret", days: 365 } },
  };
}

function keyOf({ api, permission }: NeededPermission): string {
  return `${api} ${permission}`;
}

function roleId(api: string, name: string): string {
  const id = publishedApplications.find(({ displayName }) => displayName === api)?.appRoles[name];
  if (id === undefined) throw new Error(`The ID of ${api}'s app role ${name} is not known.`);
  return id;
}

/**
 * Azure: `handover` of the client secret to a Key Vault of the MSSP, `azureDelegation` of the
 * customer's Sentinel workspace, `sentinelAccess` of the analysts' groups to it.
 */
import { valueAt } from "@defender-mssp/errors/json";
import {
  defaultSentinelRoles,
  remoteGroup,
  roleAuthorizations,
  sentinelGroups,
  sentinelRoleNames,
  vaultOfResourceId,
  type DelegatedRole,
  type SentinelGroup,
  type SentinelRole,
  type SentinelRolesByGroup,
} from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import * as z from "zod/mini";
import { groupLimit } from "./governance";
import { SettingPlace } from "./place";
import { optional, required, type CheckedValue } from "./setting";
import { displayName, listOf, mapOf, oneOf, text, uuid, wholeNumber } from "./validators";

const resourceGroup = text("the name of a resource group: up to 90 letters, digits, - _ . ( )", isResourceGroup);

const handover = mapOf("a map: subscriptionId, and location or vaultId", {
  subscriptionId: required(uuid("the MSSP's Azure subscription"), {
    description: "The MSSP's Azure subscription.",
    example: "5ec0de00-5ab5-4000-8000-000000000001",
  }),
  location: optional(
    text("an Azure region such as westeurope", (value) => /^[a-z0-9]{3,40}$/.test(value)),
    {
      description: "Azure region of the vault that is created. Required without `vaultId`.",
      default: "none",
      example: "westeurope",
    },
  ),
  vaultId: optional(
    text(
      "the resource ID of a vault: /subscriptions/…/resourceGroups/…/providers/Microsoft.KeyVault/vaults/…",
      isVault,
    ),
    {
      description: "Resource ID of an existing vault to use instead of a new one.",
      default: "a new vault",
      example:
        "/subscriptions/5ec0de00-5ab5-4000-8000-000000000001/resourceGroups/siem/providers/Microsoft.KeyVault/vaults/siem",
    },
  ),
  resourceGroupName: optional(resourceGroup, {
    description: "Existing resource group for the new vault. Only without `vaultId`.",
    default: "a new resource group",
    example: "siem",
  }),
  softDeleteRetentionDays: optional(wholeNumber("days that Azure keeps a deleted vault", { least: 7, most: 90 }), {
    description: "Days that Azure keeps the new vault after it is deleted. Only without `vaultId`.",
    default: "`90`",
    example: "30",
  }),
  secretName: optional(
    text("the secret's name: 1 to 127 letters, digits and hyphens", (value) => /^[a-z0-9-]{1,127}$/i.test(value)),
    {
      description: "Name of the secret in the vault.",
      default: "`siem-<customer's tenant ID>`",
      example: "contoso-siem",
    },
  ),
  readerObjectId: optional(uuid("the object ID of the SIEM's identity in the MSSP's tenant"), {
    description: "Object ID, in the MSSP's tenant, of the identity with which the SIEM reads the secret.",
    default: "no access is granted",
    example: "5ec0de00-51e4-4000-8000-000000000001",
  }),
  readerType: optional(oneOf("the type of the SIEM's identity", ["ServicePrincipal", "User", "Group"]), {
    description: "Type of the identity that `readerObjectId` names.",
    default: "`ServicePrincipal`",
    example: "Group",
  }),
});

/** The vault for the SIEM's client secret, in the MSSP's own subscription. */
export type HandoverSettings = CheckedValue<typeof handover>;

const delegatedRole = mapOf("", {
  role: required(z.string(), {
    description: "Name or ID of the Azure role.",
    values: "the name or ID of one of Azure's built-in roles",
    example: "User Access Administrator",
  }),
  delegatedRoles: optional(listOf("", z.string(), { most: 50 }), {
    description:
      "Roles that the group may assign to managed identities. Required with the role User Access Administrator.",
    default: "none",
    values: "a list of names or IDs of Azure's built-in roles",
    example: "[Microsoft Sentinel Responder]",
  }),
});
const role = z.union([z.string(), delegatedRole], { error: "the name or ID of one of Azure's built-in roles" });

const roleLimit = 20;

const azureDelegation = mapOf("a map: subscriptionId, groupObjectId, groupName, roles", {
  subscriptionId: required(uuid("the customer's Azure subscription"), {
    description: "The customer's Azure subscription.",
    example: "c0570500-5ab5-4000-8000-00000000000a",
  }),
  resourceGroupName: optional(resourceGroup, {
    description:
      "Resource group of the Sentinel workspace. Delegating one resource group is narrower than a subscription.",
    default: "the whole subscription",
    example: "sentinel",
  }),
  groupObjectId: required(uuid("the object ID of the MSSP's group in its own tenant"), {
    description: "Object ID, in the MSSP's own tenant, of the group that gets access.",
    example: "5ec0de00-67f0-4000-8000-000000000001",
  }),
  groupName: required(displayName("the group's name as the customer sees it", 256), {
    description: "Name of that group as the customer sees it in the Azure portal.",
    example: "Fabrikam Security Sentinel Analysts",
  }),
  roles: required(listOf(`a list of 1 to ${roleLimit} roles`, role, { least: 1, most: roleLimit }), {
    description: "Azure built-in roles that the group gets, by name or ID, or a map with `role` and `delegatedRoles`.",
    example: "[Microsoft Sentinel Responder]",
  }),
});

/** The part of the customer's Azure that is delegated to the MSSP by Azure Lighthouse. */
export type DelegationSettings = CheckedValue<typeof azureDelegation>;

const workspaceForm = /^[a-z0-9][a-z0-9-]{2,61}[a-z0-9]$/i;

/** @param least how many roles the list has at least. */
function sentinelRoleList(least: number) {
  const allowed = `a list of roles: ${sentinelRoleNames.join(", ")}`;
  const role = oneOf("a role for people on a workspace", sentinelRoleNames);
  return listOf(allowed, role, { least, most: sentinelRoleNames.length });
}

function groupRoles(whose: string, fallback: readonly SentinelRole[]) {
  return optional(sentinelRoleList(0), {
    description: `Roles of ${whose}.`,
    default: fallback.length === 0 ? "no role" : fallback.join(", "),
    example: `[${fallback[0] ?? "Microsoft Sentinel Reader"}]`,
  });
}

const remoteGroupRoles = mapOf("a group of the MSSP's own tenant: objectId, roles", {
  objectId: required(uuid("the object ID of a group that portalAccess.groups names"), {
    description: "Object ID of a group of `portalAccess.groups`.",
    example: "0a0b0c0d-0000-4000-8000-000000000001",
  }),
  roles: required(sentinelRoleList(1), {
    description: "Roles of the group's members.",
    example: "[Microsoft Sentinel Reader]",
  }),
});

const sentinelAccess = mapOf("a map: subscriptionId, resourceGroup, workspaceName", {
  subscriptionId: required(uuid("the customer's Azure subscription"), {
    description: "The customer's Azure subscription that has the workspace.",
    example: "c0570500-5ab5-4000-8000-00000000000a",
  }),
  resourceGroup: required(
    text("the name of the workspace's resource group: up to 90 letters, digits, - _ . ( )", isResourceGroup),
    {
      description: "Resource group of the workspace. The groups get their roles on it, as Microsoft recommends.",
      example: "sentinel",
    },
  ),
  workspaceName: required(
    text("the name of the workspace: 4 to 63 letters, digits and hyphens", (value) => workspaceForm.test(value)),
    {
      description: "Name of the Log Analytics workspace with Microsoft Sentinel. `up` stops if it does not exist.",
      example: "sentinel",
    },
  ),
  roles: optional(
    mapOf(`a map of roles: ${sentinelGroups.join(", ")}`, {
      analysts: groupRoles("the group of all analysts, with the model `basic` only", defaultSentinelRoles.analysts),
      tier1: groupRoles("tier 1, with the models `rbac` and `entitlement`", defaultSentinelRoles.tier1),
      tier2: groupRoles("tier 2, with the models `rbac` and `entitlement`", defaultSentinelRoles.tier2),
      approvers: groupRoles(
        "the MSSP's approvers, with the models `rbac` and `entitlement`",
        defaultSentinelRoles.approvers,
      ),
    }),
    {
      description: "Roles of each group.",
      default: "Microsoft Sentinel Reader for tier 1 and for all analysts, Microsoft Sentinel Responder for tier 2",
      example: "{ tier2: [Microsoft Sentinel Responder, Microsoft Sentinel Playbook Operator] }",
    },
  ),
  unverifiedRemoteGroups: optional(
    listOf("a list of groups of portalAccess.groups", remoteGroupRoles, { most: groupLimit }),
    {
      description:
        "Groups of the MSSP's own tenant that `up` gives roles to, with the model `governance` only. " +
        "No document of Microsoft describes the request, and it was never tried on a tenant. Without this key the roles are a manual step.",
      default: "a person of the customer assigns the roles",
      example: "[{ objectId: 0a0b0c0d-0000-4000-8000-000000000001, roles: [Microsoft Sentinel Reader] }]",
    },
  ),
});

export const azureSettings = {
  handover: optional(handover, {
    description: "Stores the connector's client secret in a Key Vault of the MSSP; see `npx mssp docs azure`.",
    default: "no handover",
    example: "{ subscriptionId: 5ec0de00-5ab5-4000-8000-000000000001, location: westeurope }",
  }),
  azureDelegation: optional(azureDelegation, {
    description:
      "Delegates the customer's subscription, or the resource group of its Sentinel workspace, to a group of the MSSP by Azure Lighthouse; see `npx mssp docs azure`.",
    default: "no delegation",
    example:
      "{ subscriptionId: c0570500-5ab5-4000-8000-00000000000a, groupObjectId: " +
      "5ec0de00-67f0-4000-8000-000000000001, groupName: Fabrikam Sentinel, roles: [Microsoft Sentinel Reader] }",
  }),
  sentinelAccess: optional(sentinelAccess, {
    description:
      "Gives the analysts' groups roles on the customer's Microsoft Sentinel workspace, so that they reach it in the Defender portal; see `npx mssp docs azure`.",
    default: "no access to a workspace",
    example:
      "{ subscriptionId: c0570500-5ab5-4000-8000-00000000000a, resourceGroup: sentinel, workspaceName: sentinel }",
  }),
};

/** The customer's Sentinel workspace, on whose resource group the analysts' groups get roles. */
export interface SentinelAccessSettings extends Omit<
  CheckedValue<typeof sentinelAccess>,
  "roles" | "unverifiedRemoteGroups"
> {
  /** Roles of each group that the model of portal access has. With the model `governance` those of the remote groups. */
  readonly roles: SentinelRolesByGroup;
}

export function handoverFrom(checked: z.infer<typeof handover> | undefined): HandoverSettings | undefined {
  return checked && Object.freeze({ ...checked, subscriptionId: checked.subscriptionId.toLowerCase() });
}

export function delegationFrom(checked: z.infer<typeof azureDelegation> | undefined): DelegationSettings | undefined {
  if (checked === undefined) return undefined;
  const { roles, ...others } = checked;
  return Object.freeze({
    ...others,
    subscriptionId: others.subscriptionId.toLowerCase(),
    roles: roles,
  });
}

/** The roles of the groups that the model has; a group that the settings leave out has the default ones. */
export function sentinelAccessFrom(
  checked: z.infer<typeof sentinelAccess> | undefined,
  model: string,
): SentinelAccessSettings | undefined {
  if (checked === undefined) return undefined;
  const groups = sentinelGroupsByModel[model] ?? [];
  const { unverifiedRemoteGroups = [], ...place } = checked;
  const roles: [SentinelGroup, readonly SentinelRole[]][] = [
    ...groups.map((group): [SentinelGroup, readonly SentinelRole[]] => [
      group,
      checked.roles?.[group] ?? defaultSentinelRoles[group],
    ]),
    ...unverifiedRemoteGroups.map(({ objectId, roles: names }): [SentinelGroup, readonly SentinelRole[]] => [
      remoteGroup(objectId.toLowerCase()),
      names,
    ]),
  ];
  return Object.freeze({
    ...place,
    subscriptionId: checked.subscriptionId.toLowerCase(),
    roles: Object.fromEntries(roles.filter(([, names]) => names.length > 0)),
  });
}

type OwnGroup = (typeof sentinelGroups)[number];

const tierGroups: readonly OwnGroup[] = ["tier1", "tier2", "approvers"];

/** The groups that grant something, by the model of portal access. */
const sentinelGroupsByModel: Readonly<Record<string, readonly OwnGroup[]>> = {
  basic: ["analysts"],
  rbac: tierGroups,
  entitlement: tierGroups,
};

/** Problems between several keys, and roles that Azure Lighthouse does not delegate. */
export function azureProblems(settings: SettingPlace): void {
  handoverProblems(settings.at("handover"), settings.at("connector"));
  sentinelProblems(settings.at("sentinelAccess", "roles"), settings.at("portalAccess", "model"));
  remoteGroupProblems(settings.at("sentinelAccess", "unverifiedRemoteGroups"), settings.at("portalAccess"));
  for (const role of settings.at("azureDelegation", "roles").items(roleLimit)) {
    const allowed = roleFault(role.value);
    if (allowed !== undefined) role.refuse(allowed);
  }
}

function handoverProblems(handover: SettingPlace, connector: SettingPlace): void {
  if (typeof handover.value !== "object" || handover.value === null) return;
  const [vaultId, location] = [handover.at("vaultId"), handover.at("location")];
  for (const key of vaultId.isSet ? ["location", "resourceGroupName", "softDeleteRetentionDays"] : []) {
    if (handover.at(key).isSet) handover.at(key).refuse("only without vaultId: that vault exists");
  }
  if (!vaultId.isSet && !location.isSet) {
    location.refuse("the Azure region of the vault, or vaultId for an existing one");
  }
  const type = connector.at("credential").text ?? connector.at("credential", "type").value ?? "secret";
  if (type !== "secret" || connector.at("kind").value === "msspApp") {
    handover.refuse("only with a client secret (connector.credential)");
  }
}

function sentinelProblems(roles: SettingPlace, model: SettingPlace): void {
  const groups = sentinelGroupsByModel[model.text ?? "rbac"] ?? [];
  for (const group of sentinelGroups) {
    const place = roles.at(group);
    if (place.isSet && !groups.includes(group)) {
      place.refuse(
        groups.length === 0
          ? "only with another model than governance, whose groups are in the MSSP's tenant"
          : `only ${groups.join(", ")} with this model of portalAccess`,
      );
    }
    SettingPlace.refuseRepeated(place.items(sentinelRoleNames.length), () => "each role once");
  }
}

function remoteGroupProblems(groups: SettingPlace, portalAccess: SettingPlace): void {
  if (!groups.isSet) return;
  if (portalAccess.at("model").text !== "governance") {
    groups.refuse("only with the model governance: other models have groups in the customer's tenant");
    return;
  }
  const objectId = (place: SettingPlace) => place.at("objectId").text?.toLowerCase();
  const related = portalAccess.at("groups").items(groupLimit).map(objectId);
  const places = groups.items(groupLimit);
  for (const place of places) {
    if (!related.includes(objectId(place))) place.at("objectId").refuse("a group that portalAccess.groups names");
    SettingPlace.refuseRepeated(place.at("roles").items(sentinelRoleNames.length), () => "each role once");
  }
  SettingPlace.refuseRepeated(
    places.map((place) => place.at("objectId")),
    (first) => `each group once: sentinelAccess.unverifiedRemoteGroups[${first}] has this object ID`,
  );
}

function isResourceGroup(value: string): boolean {
  return /^[-\w.()]{0,89}[-\w()]$/.test(value);
}

function roleFault(given: unknown): string | undefined {
  if (typeof given !== "string" && typeof valueAt(given, ["role"]) !== "string") return undefined; // The schema says so.
  try {
    roleAuthorizations([given as DelegatedRole]);
    return undefined;
  } catch (error) {
    if (error instanceof VisibleError) return error.message;
    throw error;
  }
}

function isVault(value: string): boolean {
  return vaultOfResourceId(value) !== undefined;
}

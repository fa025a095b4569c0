/** What happens in Azure: `handover` of the client secret to a Key Vault of the MSSP's, `azureDelegation` of the customer's Sentinel workspace. */
import { roleAuthorizations, vaultOfResourceId, type DelegatedRole } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/microsoft/errors";
import * as z from "zod/mini";
import { shown, valueAt, type SettingProblem } from "./problems";
import { isUuid, listOf, mapOf, nameRule, oneOf, text, wholeNumber } from "./validators";

/** Where the SIEM's client secret is put: a vault in the MSSP's own subscription. */
export interface HandoverSettings {
  /** The MSSP's subscription, a UUID in lower case. */
  readonly subscriptionId: string;
  /** Azure region of a vault that is made. */
  readonly location?: string;
  /** A vault that is there already, by its resource ID. */
  readonly vaultId?: string;
  /** A resource group that is there already, for the vault that is made. */
  readonly resourceGroupName?: string;
  readonly softDeleteRetentionDays?: number;
  readonly secretName?: string;
  /** Object ID, in the MSSP's tenant, of the identity that the SIEM reads the secret with. */
  readonly readerObjectId?: string;
  readonly readerType?: "ServicePrincipal" | "User" | "Group";
}

/** Which of the customer's Azure is delegated to the MSSP by Azure Lighthouse. */
export interface DelegationSettings {
  /** The customer's subscription, a UUID in lower case. */
  readonly subscriptionId: string;
  /** The resource group of the Sentinel workspace; the whole subscription where it is not set. */
  readonly resourceGroupName?: string;
  /** Object ID, in the MSSP's own tenant, of the group that gets access. */
  readonly groupObjectId: string;
  readonly groupName: string;
  readonly roles: readonly DelegatedRole[];
}

const uuidRule = (what: string) => text(`${what}, a UUID`, isUuid);
const resourceGroupRule = text("the name of a resource group: up to 90 letters, digits, - _ . ( )", (value) =>
  /^[-\w.()]{0,89}[-\w()]$/.test(value),
);

const handover = mapOf("a map: subscriptionId, and location or vaultId", {
  subscriptionId: uuidRule("the MSSP's Azure subscription"),
  location: z.optional(text("an Azure region such as westeurope", (value) => /^[a-z0-9]{3,40}$/.test(value))),
  vaultId: z.optional(
    text(
      "the resource ID of a vault: /subscriptions/…/resourceGroups/…/providers/Microsoft.KeyVault/vaults/…",
      isVault,
    ),
  ),
  resourceGroupName: z.optional(resourceGroupRule),
  softDeleteRetentionDays: z.optional(wholeNumber("days that Azure keeps a deleted vault", { least: 7, most: 90 })),
  secretName: z.optional(
    text("the secret's name: 1 to 127 letters, digits and hyphens", (value) => /^[a-z0-9-]{1,127}$/i.test(value)),
  ),
  readerObjectId: z.optional(uuidRule("the object ID of the SIEM's identity in the MSSP's tenant")),
  readerType: z.optional(oneOf("what the SIEM's identity is", ["ServicePrincipal", "User", "Group"])),
});

const role = z.union(
  [z.string(), mapOf("", { role: z.string(), delegatedRoles: z.optional(listOf("", z.string(), { most: 50 })) })],
  { error: "the name or ID of one of Azure's built-in roles" },
);

const azureDelegation = mapOf("a map: subscriptionId, groupObjectId, groupName, roles", {
  subscriptionId: uuidRule("the customer's Azure subscription"),
  resourceGroupName: z.optional(resourceGroupRule),
  groupObjectId: uuidRule("the object ID of the MSSP's group in its own tenant"),
  groupName: nameRule("the group's name, for the customer's eyes", 256),
  roles: listOf("a list of 1 to 20 roles", role, { least: 1, most: 20 }),
});

export const azureSettings = { handover: z.optional(handover), azureDelegation: z.optional(azureDelegation) };

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

/** What several keys make together, and roles that Azure Lighthouse doesn't delegate. */
export function azureProblems(raw: Readonly<Record<string, unknown>>, secrets: ReadonlySet<string>): SettingProblem[] {
  return [...handoverProblems(raw, secrets.has("handover")), ...roleProblems(raw, secrets.has("azureDelegation"))];
}

function handoverProblems(raw: Readonly<Record<string, unknown>>, secret: boolean): SettingProblem[] {
  const given = raw["handover"];
  if (typeof given !== "object" || given === null) return [];
  const has = (key: string) => valueAt(given, [key]) !== undefined;
  const problem = (key: string, allowed: string): SettingProblem[] => [
    { key: `handover.${key}`, seen: shown(valueAt(given, [key]), secret), allowed },
  ];
  const onlyOfNew = ["location", "resourceGroupName", "softDeleteRetentionDays"].filter(has);
  const credential = valueAt(raw["connector"], ["credential"]);
  const type = typeof credential === "string" ? credential : (valueAt(credential, ["type"]) ?? "secret");
  const hasSecret = type === "secret" && valueAt(raw["connector"], ["kind"]) !== "msspApp";
  return [
    ...(has("vaultId") ? onlyOfNew.flatMap((key) => problem(key, "only without vaultId: that vault is there")) : []),
    ...(has("vaultId") || has("location")
      ? []
      : problem("location", "the Azure region of the vault, or vaultId for one that is there")),
    ...(hasSecret
      ? []
      : [{ key: "handover", seen: shown(given, secret), allowed: "only with a client secret (connector.credential)" }]),
  ];
}

function roleProblems(raw: Readonly<Record<string, unknown>>, secret: boolean): SettingProblem[] {
  const roles = valueAt(raw["azureDelegation"], ["roles"]);
  if (!Array.isArray(roles) || roles.length > 20) return [];
  return roles.flatMap((one: unknown, index) => {
    const allowed = roleFault(one);
    if (allowed === undefined) return [];
    return [{ key: `azureDelegation.roles[${index}]`, seen: shown(one, secret), allowed }];
  });
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

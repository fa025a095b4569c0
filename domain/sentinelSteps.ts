/** What a stack's settings mean for the customer's Microsoft Sentinel: steps for people, and what they lose. */
import { multitenantPortal, retirement, type SentinelRole, type SentinelRolesByGroup } from "@defender-mssp/microsoft";

/** The settings that decide it. */
export interface SentinelSettings {
  readonly portalAccess: { readonly model: string };
  readonly azureDelegation?: object;
  readonly sentinelAccess?: {
    readonly resourceGroup: string;
    readonly workspaceName: string;
    readonly roles: SentinelRolesByGroup;
  };
}

/** The most tenants that the multitenant portal shows. */
const mostTenants = 100;

/**
 * The manual steps for Microsoft Sentinel, one sentence or more each; empty for a stack without it.
 * Sources: Microsoft, "Connect Microsoft Sentinel to the Microsoft Defender portal", "Set up
 * multitenant management" (2026-09-10) and "Cross-tenant delegated administration" (2026-07-27).
 */
export function sentinelSteps({ portalAccess, sentinelAccess, azureDelegation }: SentinelSettings): readonly string[] {
  if (sentinelAccess === undefined) return azureDelegation === undefined ? [] : [nameWorkspace];
  const { resourceGroup, workspaceName, roles } = sentinelAccess;
  const names = Object.values(roles).flat() as readonly SentinelRole[];
  return [
    `Connect the workspace ${workspaceName} to the Defender portal, unless it is connected: a Security Administrator of the customer who is Owner of ` +
      "the subscription, or User Access Administrator with Microsoft Sentinel Contributor, opens System > Settings > Microsoft Sentinel > Connect a workspace. No API does it.",
    ...(portalAccess.model === "governance"
      ? [names.length === 0 ? assignByHand(resourceGroup) : confirmRemoteGroups(resourceGroup)]
      : []),
    "If the customer activates unified RBAC for Microsoft Sentinel (preview), these roles in Azure stay in force. Leave the assignments of the application MTP Unified RBAC as they are.",
    ...(names.includes("Microsoft Sentinel Responder") ? [assignIncidents] : []),
  ];
}

/** Where analysts see all customers at once, for every stack that gives people access. */
export function multitenantSteps({
  analysts,
  portalAccess: { model },
}: {
  readonly analysts: readonly unknown[];
  readonly portalAccess: { readonly model: string };
}): readonly string[] {
  const givesPeopleAccess = analysts.length > 0 || model === "entitlement" || model === "governance";
  return givesPeopleAccess
    ? [`Each analyst adds the customer's tenant at ${multitenantPortal}, which shows at most ${mostTenants} tenants.`]
    : [];
}

function assignByHand(resourceGroup: string): string {
  return (
    "Assign the roles to the MSSP's remote groups, once the governance relationship is active: a person of the customer with User Access Administrator in Azure and User Administrator " +
    `in Microsoft Entra opens the resource group ${resourceGroup} in the Azure portal > Access control (IAM) > Add > Add role assignment, selects Microsoft Sentinel Reader or ` +
    "Microsoft Sentinel Responder, and under Members selects Remote tenant group. This program does not do it: no document describes the request."
  );
}

function confirmRemoteGroups(resourceGroup: string): string {
  return (
    `Look in the Azure portal whether the remote groups have their roles on the resource group ${resourceGroup} (Access control (IAM) > Role assignments). ` +
    "No document of Microsoft describes the request by which this program assigns them, and it was never tried on a tenant."
  );
}

const assignIncidents =
  "Guests who assign incidents also need the directory role Directory Readers, which the customer may assign to the group of tier 2.";

const nameWorkspace =
  "Set sentinelAccess, so that the analysts reach Microsoft Sentinel in the Defender portal: a delegation by Azure Lighthouse does not show it there.";

/**
 * What the analysts of a stack with a delegation by Azure Lighthouse alone lose, and when; undefined
 * for every other stack.
 *
 * @param today UTC, `YYYY-MM-DD`.
 */
export function lighthouseAloneText(
  { azureDelegation, sentinelAccess }: SentinelSettings,
  today: string,
): string | undefined {
  if (azureDelegation === undefined || sentinelAccess !== undefined) return undefined;
  const { endsOn } = retirement("sentinel-azure-portal");
  const isOver = today > endsOn;
  return (
    `${isOver ? "Since" : "On"} ${endsOn} Microsoft Sentinel ${isOver ? "is no longer in" : "leaves"} the Azure portal, and Azure Lighthouse does not show it in the Defender portal: ` +
    `the MSSP's analysts ${isOver ? "have lost" : "then lose"} the incidents, hunting and workbooks of this customer's workspace. Automation and queries by Azure Resource Manager remain. ` +
    "Set sentinelAccess beside azureDelegation: see `npx mssp docs azure`."
  );
}

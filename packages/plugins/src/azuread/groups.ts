/**
 * Shared by the resource and the function for groups. The official plugin uses Graph beta for
 * groups.
 */
import type { Value } from "../protocol/values";
import { type ResourceProperties, boolean, list, string } from "../schema/property";
import type { GraphOperation, GraphEntity } from "./graph";
import { textAt } from "./mapping";

/** Properties that only the service sets. */
export const groupComputed: ResourceProperties = {
  mail: string("computed", { graph: "mail" }),
  onpremisesDomainName: string("computed", { graph: "onPremisesDomainName" }),
  onpremisesNetbiosName: string("computed", { graph: "onPremisesNetBiosName" }),
  onpremisesSamAccountName: string("computed", { graph: "onPremisesSamAccountName" }),
  onpremisesSecurityIdentifier: string("computed", { graph: "onPremisesSecurityIdentifier" }),
  onpremisesSyncEnabled: boolean("computed", { graph: "onPremisesSyncEnabled" }),
  preferredLanguage: string("computed", { graph: "preferredLanguage" }),
  proxyAddresses: list("computed", { graph: "proxyAddresses" }),
};

/**
 * Exchange keeps these of a Microsoft 365 group; Graph returns them only if `$select` names them.
 */
export const unifiedOnly = {
  autoSubscribeNewMembers: "autoSubscribeNewMembers",
  externalSendersAllowed: "allowExternalSenders",
  hideFromAddressLists: "hideFromAddressLists",
  hideFromOutlookClients: "hideFromOutlookClients",
} as const;

export function isUnified(group: GraphEntity): boolean {
  const { groupTypes } = group as { groupTypes?: string[] };
  return groupTypes?.includes("Unified") ?? false;
}

export async function unifiedProperties(call: GraphOperation, group: GraphEntity): Promise<Record<string, Value>> {
  const names = "allowExternalSenders,autoSubscribeNewMembers,hideFromAddressLists,hideFromOutlookClients";
  // A tenant without Exchange answers 404.
  const extra = isUnified(group) ? await call.find(`/groups/${group.id ?? ""}?$select=${names}`, "beta") : undefined;
  const flag = (name: string) => extra?.[name] === true;
  return Object.fromEntries(Object.entries(unifiedOnly).map(([name, graph]) => [name, flag(graph)]));
}

/** The rule of a dynamic group. */
export function dynamicMembership(group: GraphEntity): { enabled: boolean; rule: string } | undefined {
  const rule = textAt(group, "membershipRule");
  if (rule === "") return undefined;
  return { enabled: textAt(group, "membershipRuleProcessingState") !== "Paused", rule };
}

export function writeback(group: GraphEntity): Record<string, Value> {
  const { writebackConfiguration } = group as { writebackConfiguration?: { isEnabled?: boolean | null } | null };
  if (!writebackConfiguration) return {};
  return {
    writebackEnabled: writebackConfiguration.isEnabled === true,
    onpremisesGroupType: textAt(group, "writebackConfiguration.onPremisesGroupType"),
  };
}

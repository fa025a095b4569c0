/**
 * Roles for people on the resource group of a Microsoft Sentinel workspace.
 * https://learn.microsoft.com/azure/sentinel/roles
 */
import { lastSegment } from "../lastSegment";
import { azureRoles, type AzureRoleName } from "./roles";

/** Roles for people, by the last part of the names of their resources in a state: none changes. */
export const sentinelRoles = {
  "Microsoft Sentinel Reader": "reader",
  "Microsoft Sentinel Responder": "responder",
  "Microsoft Sentinel Contributor": "contributor",
  "Microsoft Sentinel Playbook Operator": "playbook-operator",
  "Logic App Contributor": "logic-app-contributor",
  "Workbook Contributor": "workbook-contributor",
} as const satisfies Partial<Record<AzureRoleName, string>>;

/** Name of a role for people on a workspace. */
export type SentinelRole = keyof typeof sentinelRoles;

export const sentinelRoleNames = Object.keys(sentinelRoles) as readonly SentinelRole[];

/** The groups that get roles: of each tier, and of all analysts with the model `basic`. */
export const sentinelGroups = ["analysts", "tier1", "tier2", "approvers"] as const;

/** A group of the MSSP's own tenant that a governance relationship brings: `remote-` and its object ID. */
export type RemoteGroup = `remote-${string}`;
export type SentinelGroup = (typeof sentinelGroups)[number] | RemoteGroup;

export function remoteGroup(objectId: string): RemoteGroup {
  return `remote-${objectId}`;
}

/** Object ID, in the MSSP's tenant, of a remote group; undefined for a group of the customer's tenant. */
export function remoteGroupId(group: string): string | undefined {
  return /^remote-(.+)$/.exec(group)?.[1];
}

/** Roles by `SentinelGroup`. A record of literal keys and of a pattern has no type for its values. */
export type SentinelRolesByGroup = Readonly<Record<string, readonly SentinelRole[]>>;

/** Approvers decide on requests, and need no data of the workspace. */
export const defaultSentinelRoles = {
  analysts: ["Microsoft Sentinel Reader"],
  tier1: ["Microsoft Sentinel Reader"],
  tier2: ["Microsoft Sentinel Responder"],
  approvers: [],
} as const satisfies SentinelRolesByGroup;

/** The role of that definition, given as UUID or resource ID. */
export function sentinelRoleName(roleDefinitionId: string): SentinelRole | undefined {
  const id = lastSegment(roleDefinitionId).toLowerCase();
  return sentinelRoleNames.find((name) => azureRoles[name] === id);
}

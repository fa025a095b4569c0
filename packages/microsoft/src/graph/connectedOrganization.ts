/**
 * Connected organizations of entitlement management: organizations whose users may request a
 * tenant's access packages. https://learn.microsoft.com/graph/api/resources/connectedorganization
 */
import { ServiceError } from "@defender-mssp/errors";
import { type Answer } from "../http";
import { graphList, type GraphCall } from "./call";
import { graphCollection } from "./collection";
import { entitlementPermissions, graphAssignmentPolicies } from "./entitlementManagement";
import { deleteIfThere, goneStatuses, isGone } from "./gone";

export type IdentitySource = AzureActiveDirectoryTenant | DomainIdentitySource;

export interface AzureActiveDirectoryTenant {
  "@odata.type": "#microsoft.graph.azureActiveDirectoryTenant";
  displayName: string;
  tenantId: string;
}

export interface DomainIdentitySource {
  "@odata.type": "#microsoft.graph.domainIdentitySource";
  displayName: string;
  domainName: string;
}

/** The changeable properties of a connected organization. */
export interface ConnectedOrganizationDescription {
  displayName: string;
  description: string;
  /** `configured`: also policies for "all configured connected organizations" take its people. */
  state: "configured" | "proposed";
}

export interface FoundConnectedOrganization {
  id: string;
  displayName: string;
  description: string;
  state: string;
  /** Graph knows more kinds than `IdentitySource` has. */
  identitySources: readonly Partial<Record<"@odata.type" | "displayName" | "tenantId" | "domainName", string>>[];
}

/** In v1.0, unlike the access packages. */
export const graphConnectedOrganizations = graphCollection(
  "/v1.0/identityGovernance/entitlementManagement/connectedOrganizations",
  entitlementPermissions,
);
const { path, item } = graphConnectedOrganizations;

/** All of a tenant's. */
export async function listConnectedOrganizations(call: GraphCall): Promise<FoundConnectedOrganization[]> {
  return (await graphList(call, path)).map(organizationOf);
}

/** Undefined for an unknown ID. */
export async function getConnectedOrganization(
  call: GraphCall,
  id: string,
): Promise<FoundConnectedOrganization | undefined> {
  const answer = await call(item(id), { accept: goneStatuses });
  return isGone(answer) ? undefined : checked(answer);
}

/** `identitySource`: Graph takes exactly one, and never changes it. */
export async function createConnectedOrganization(
  call: GraphCall,
  description: ConnectedOrganizationDescription,
  identitySource: IdentitySource,
): Promise<FoundConnectedOrganization> {
  return checked(
    await call(path, {
      method: "POST",
      json: { ...description, identitySources: [identitySource] },
      idempotent: false,
    }),
  );
}

/** Changes its properties. */
export async function updateConnectedOrganization(
  call: GraphCall,
  id: string,
  description: ConnectedOrganizationDescription,
): Promise<void> {
  // The same change twice has the same effect.
  await call(item(id), { method: "PATCH", json: description, idempotent: true });
}

/** A missing one is accepted. */
export async function deleteConnectedOrganization(call: GraphCall, id: string): Promise<void> {
  await deleteIfThere(call, item(id));
}

/**
 * Names of the assignment policies that let its people ask. Graph beta: v1.0's policies name their
 * requestors otherwise.
 */
export async function policiesOfConnectedOrganization(call: GraphCall, id: string): Promise<string[]> {
  const policies = (await graphList(call, graphAssignmentPolicies.path)) as readonly {
    displayName?: string;
    requestorSettings?: { allowedRequestors?: readonly { id?: string }[] } | null;
  }[];
  return policies
    .filter(({ requestorSettings }) => requestorSettings?.allowedRequestors?.some((requestor) => requestor.id === id))
    .map(({ displayName }) => displayName ?? "");
}

/** Refuses an answer without an ID, such as a proxy's page with status 200. */
function checked({ status, body }: Answer): FoundConnectedOrganization {
  const organization = organizationOf((body ?? {}) as Record<string, unknown>);
  if (organization.id !== "") return organization;
  throw new ServiceError({ status, message: "this is no connected organization", method: "GET", url: path });
}

function organizationOf(body: Readonly<Record<string, unknown>>): FoundConnectedOrganization {
  const { id, displayName, description, state, identitySources } = body as {
    [Name in keyof FoundConnectedOrganization]?: FoundConnectedOrganization[Name] | null;
  };
  return {
    id: id ?? "",
    displayName: displayName ?? "",
    description: description ?? "",
    state: state ?? "",
    identitySources: identitySources ?? [],
  };
}

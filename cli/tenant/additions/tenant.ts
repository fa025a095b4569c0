/** What each part of the search needs. */
import { graphList, type GraphCall } from "@defender-mssp/microsoft";
import type { Settings } from "../../../settings";
import type { Deployed } from "./deployed";
import { azRest, type FoundAddition } from "./addition";

export interface AdditionsTenant {
  readonly call: GraphCall;
  /** Base URL of Graph, for the steps that are shown. */
  readonly graph: string;
  readonly deployed: Deployed;
  readonly settings: Pick<Settings, "analysts" | "tenantId" | "msspTenantId" | "portalAccess"> & {
    readonly analystDomains?: readonly string[];
    readonly connector?: Settings["connector"];
  };
  /** Object ID of the identity that reads: it owns the objects that it created. */
  readonly ownObjectId: string | undefined;
}

/** An object of the directory, as lists of owners and members have it. */
export interface Principal {
  readonly "@odata.type"?: string;
  readonly id: string;
  readonly displayName?: string | null;
  readonly userPrincipalName?: string | null;
  readonly appOwnerOrganizationId?: string | null;
}

/** Names an object for people. */
export function principalName({ id, displayName, userPrincipalName }: Principal): string {
  return `${displayName ?? userPrincipalName ?? "an object"} (${userPrincipalName ?? id})`;
}

/**
 * Owners other than the identity that reads and applications of the MSSP's tenant, such as the
 * automation.
 */
export async function foreignOwners(
  { call, graph, settings, ownObjectId }: AdditionsTenant,
  collection: "applications" | "servicePrincipals" | "groups",
  object: { readonly id: string; readonly name: string },
): Promise<FoundAddition[]> {
  const path = `/v1.0/${collection}/${object.id}/owners`;
  const owners = await graphList<Principal>(call, path);
  return owners
    .filter(
      ({ id, appOwnerOrganizationId }) =>
        id.toLowerCase() !== ownObjectId?.toLowerCase() &&
        appOwnerOrganizationId?.toLowerCase() !== settings.msspTenantId.toLowerCase(),
    )
    .map((owner) => ({
      kind: "owner",
      to: object.name,
      what: `owner ${principalName(owner)}`,
      id: owner.id,
      targets: [object.id, owner.id],
      mentions: [object.id, owner.id],
      step: azRest("DELETE", `${graph}${path}/${owner.id}/$ref`),
    }));
}

/** What each part of the search needs. */
import {
  azRest,
  chain,
  type CustomerAzure,
  isMsspTenant,
  tenantReader,
  type TenantReader,
  type Principal,
} from "@defender-mssp/tenant";
import {
  EnvironmentError,
  graphList,
  ownersPath,
  type GraphCall,
  type OwnedCollection,
} from "@defender-mssp/microsoft";
import type { Settings } from "../../../settings";
import type { PrerequisiteSettings } from "../../../domain/prerequisites";
import type { Deployed } from "../deployed";
import type { FoundAddition } from "./addition";
import type { Rereads } from "../rereads";
import { msspDomains } from "../openTenant";

export interface AdditionsTenant {
  /** Name of the stack, for the steps. */
  readonly stack?: string;
  readonly call: GraphCall;
  /** Base URL of Graph, for the steps that are shown. */
  readonly graph: string;
  readonly deployed: Deployed;
  readonly settings: Pick<Settings, "analysts" | "tenantId" | "msspTenantId" | "portalAccess"> & {
    readonly analystDomains?: readonly string[];
    readonly furtherMsspTenantIds?: readonly string[];
    readonly connector?: Settings["connector"];
    readonly sentinelAccess?: Settings["sentinelAccess"];
    readonly detections?: Settings["detections"];
  };
  /** A sentence where state and settings name different tenants of the MSSP. */
  readonly otherTenant?: string;
  /** The settings that decide what the stack needs; undefined where they are not known. */
  readonly prerequisites?: PrerequisiteSettings;
  /** Signs in to Azure for one look. @default nobody does, and what is there is not checked */
  readonly openAzure?: () => CustomerAzure;
  /** Object ID of the identity that reads: it owns the objects that it created. */
  readonly ownObjectId: string | undefined;
  /** Application (client) IDs of the MSSP's automation and preview identity, as far as they are known. */
  readonly identities?: readonly string[];
  /** An ISO 8601 date, UTC: a profile may have ended before it. @default none has ended */
  readonly today?: string;
  /** An addition that any look shows is there. @default one look */
  readonly rereads?: Rereads;
}

const kindTenants = new WeakMap<AdditionsTenant, TenantReader>();

/** The same tenant for the calls of each kind, whose lists are read once. */
export function kindTenant(tenant: AdditionsTenant): TenantReader {
  const known = kindTenants.get(tenant);
  if (known !== undefined) return known;
  const { call, graph, deployed, settings, openAzure, identities = [] } = tenant;
  const made = tenantReader({
    call,
    openAzure,
    graphUrl: graph,
    msspGraph: () => Promise.reject(new EnvironmentError("the search for additions reads the customer's tenant only")),
    detectionApiVersion: settings.detections?.apiVersion,
    owner: {
      stack: tenant.stack ?? "<stack>",
      stackId: deployed.stackId,
      tenantId: settings.tenantId,
      msspTenantId: settings.msspTenantId,
      furtherMsspTenantIds: settings.furtherMsspTenantIds ?? [],
      domains: msspDomains(settings),
      automation: identities[0],
    },
  });
  kindTenants.set(tenant, made);
  return made;
}

/** A principal of the stack's or the MSSP's, as additions name it. */
export interface StackPrincipal extends Principal {
  /** Such as `guest ana@fabrikam.example`. */
  readonly name: string;
  /** It was in the tenant before the stack: what it held then is the customer's. */
  readonly adopted: boolean;
  /** The outputs of its resource, of which some record what it held. */
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** An object of the directory, as lists of owners and members have it. */
export interface ListedPrincipal {
  readonly "@odata.type"?: string;
  readonly id: string;
  readonly displayName?: string | null;
  readonly userPrincipalName?: string | null;
  readonly appId?: string | null;
  readonly appOwnerOrganizationId?: string | null;
}

/** Names an object for people. */
export function principalName({ id, displayName, userPrincipalName }: ListedPrincipal): string {
  return `${displayName ?? userPrincipalName ?? "an object"} (${userPrincipalName ?? id})`;
}

/**
 * Owners other than the identity that reads and the automation. Where nobody has named the automation, every
 * application of the MSSP's tenant may be it.
 */
export async function foreignOwners(
  { call, graph, settings, ownObjectId, identities = [] }: AdditionsTenant,
  collection: OwnedCollection,
  object: { readonly id: string; readonly name: string },
): Promise<FoundAddition[]> {
  const path = ownersPath(collection, object.id);
  const owners = await graphList<ListedPrincipal>(call, path);
  return owners
    .filter(
      ({ id, appId, appOwnerOrganizationId }) =>
        id.toLowerCase() !== ownObjectId?.toLowerCase() &&
        (identities.length > 0
          ? !identities.includes(appId?.toLowerCase() ?? "")
          : !isMsspTenant(settings, appOwnerOrganizationId)),
    )
    .map((owner) => ({
      kind: "owner",
      to: object.name,
      what: `owner ${principalName(owner)}`,
      id: owner.id,
      chains: [
        chain({
          kind: "ownership",
          principal: owner.id,
          object: object.id,
          way: collection === "groups" ? "groupOwner" : "applicationOwner",
        }),
      ],
      targets: [object.id, owner.id],
      mentions: [object.id, owner.id],
      step: azRest("DELETE", `${graph}${path}/${owner.id}/$ref`),
    }));
}

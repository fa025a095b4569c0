/** What the searches for orphans share. */
import { looked, type AzureCalls, type UnreadKind } from "@defender-mssp/tenant";
import { textOf } from "@defender-mssp/errors/json";
import { graphList, graphRoute, type GraphCall } from "@defender-mssp/microsoft";
import { applicable, type AccessKind } from "../../../domain/kinds/accessKind";
import type { StateResource } from "../../stack/deployment";
import type { Deployed } from "../deployed";
import { parseUrn, urnName } from "../../../domain/urn";
import { providerType } from "../../../domain/resourceTypes";

export interface Orphan {
  /** Such as `application "Contoso SIEM MSSP Connector"`. */
  readonly what: string;
  /** Object ID, or what else names it. */
  readonly id: string;
  /** Creation time, ISO 8601, UTC; empty if unknown. */
  readonly createdOn: string;
  /** Owner or creator; empty if unknown. */
  readonly createdBy: string;
  /** The first entry of the tenant's audit log about it, where this identity may read the log. */
  readonly audit?: string;
  readonly evidence: OwnerEvidence;
  /** Whether the state lists an interrupted create of this object. */
  readonly interrupted: boolean;
  /** A credential, which may be in use: deleted only after a person confirms. */
  readonly isSecret?: boolean;
  /** The request that removes it. */
  readonly removal: OrphanRemoval;
  /** Whether the next `up` finds it by its mark and adopts it. */
  readonly comesBack?: boolean;
  /** What stays after that. @default nothing */
  readonly stays?: string;
  /** Arguments of `pulumi import`, where it can be imported. */
  readonly importArguments: readonly string[] | undefined;
}

/** What a search found, and the kinds that it could not look at. */
export interface OrphanSearch {
  readonly orphans: readonly Orphan[];
  readonly unread: readonly UnreadKind[];
}

/** One look for orphans of a kind. */
export interface OrphanLook {
  readonly kind: AccessKind;
  /** @throws ServiceError, EnvironmentError where it can't look. */
  readonly find: () => Promise<readonly Orphan[]>;
}

/** Looks one after another; a refusal is an answer of its own. */
export async function lookAll(looks: readonly OrphanLook[]): Promise<OrphanSearch> {
  const orphans: Orphan[] = [];
  const unread: UnreadKind[] = [];
  for (const { kind, find } of looks) {
    const answer = await looked(kind, find);
    if ("reason" in answer) unread.push(answer);
    else orphans.push(...answer.value);
  }
  return { orphans, unread };
}

/** The owner of an object, and the evidence. */
export interface OwnerEvidence {
  /**
   * `thisStack`: it carries exactly this stack's mark, or is a part of what the state has.
   * `another`: another stack's mark, or an old one.
   */
  readonly owner: "thisStack" | "another" | "unknown";
  /** The evidence. */
  readonly text: string;
  /** A mark alone says so, which anybody can write. */
  readonly isClaim?: boolean;
}

export interface OrphanRemoval {
  readonly method: "DELETE" | "PATCH" | "POST";
  readonly path: string;
  readonly json?: unknown;
  /** The service that receives the request. @default Microsoft Graph */
  readonly service?: "defender" | keyof AzureCalls;
}

export type GraphObject = Readonly<Record<string, unknown>>;

/**
 * Arguments of `pulumi import`, with the declaring component as parent and the provider of the stack's
 * tenant. Undefined unless the state names the interrupted create and has that component.
 */
function importOf(
  { resources }: Pick<Deployed, "resources">,
  { urn, type }: Pick<StateResource, "urn" | "type">,
  kind: AccessKind,
  id: string,
): readonly string[] | undefined {
  const address = applicable(kind.address);
  if (address === undefined || !type.startsWith("azuread:")) return undefined;
  const { name, parentType } = parseUrn(urn);
  const parent = resources.find((one) => one.type === parentType && name.startsWith(urnName(one.urn ?? "")));
  const provider = resources.find(
    (one) => one.type === providerType("azuread") && !urnName(one.urn ?? "").startsWith("default"),
  );
  if (parent?.urn === undefined || provider?.urn === undefined) return undefined;
  // azuread's IDs of entitlement management are the objects' alone.
  const { version, route } = graphRoute(address);
  const providerId = version === "v1.0" ? `${route}/${id}` : id;
  return [type, name, providerId, "--parent", `parent=${parent.urn}`, "--provider", `provider=${provider.urn}`];
}

/** What a state tells of an object with a name. */
export function objectOrphan(
  kind: AccessKind,
  { id, name }: { readonly id: string; readonly name: string },
  deployed: Deployed,
): Pick<Orphan, "what" | "id" | "interrupted" | "stays" | "importArguments"> {
  const create = deployed.creatingNamed(kind, name);
  const stays = applicable(kind.stays);
  return {
    what: `${kind.singular} "${name}"`,
    id,
    interrupted: create !== undefined,
    ...(stays === undefined ? {} : { stays }),
    importArguments: create && importOf(deployed, create, kind, id),
  };
}

/** An orphan without creation time and creator, which can't be imported. */
export function undated(
  what: string,
  id: string,
  evidence: OwnerEvidence,
  interrupted: boolean,
): Omit<Orphan, "removal"> {
  return {
    what,
    id,
    createdOn: "",
    createdBy: "",
    evidence,
    interrupted,
    importArguments: undefined,
  };
}

/** Evidence for a part of an object in the stack's state. */
export function partEvidence(owner: string): OwnerEvidence {
  return { owner: "thisStack", text: `part of ${owner}, which is in the stack's state` };
}

/** A part of an application of the stack's. */
export function partOf(
  application: GraphObject,
  what: string,
  id: string,
  interrupted = false,
): Omit<Orphan, "removal"> {
  const owner = `the application "${text(application, "displayName")}" (${text(application, "id")})`;
  return undated(what, id, partEvidence(owner), interrupted);
}

/** Removal by one request of Graph. */
export function deletionOf(path: string): OrphanRemoval {
  return { method: "DELETE", path };
}

/** Names of an object's owners. */
export async function ownerNames(call: GraphCall, path: string): Promise<string> {
  const owners = await graphList<GraphObject>(call, `${path}/owners`);
  return owners.map((owner) => text(owner, "displayName")).join(", ");
}

/** A property that is a text; empty where it is none. */
export function text(object: GraphObject, name: string): string {
  return textOf(object[name]);
}

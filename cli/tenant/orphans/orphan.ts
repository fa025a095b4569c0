/** What the searches for orphans share. */
import { graphList, lastSegment, type GraphCall } from "@defender-mssp/microsoft";
import type { AzureCalls } from "./azureCalls";
import type { Deployment, StateResource } from "../../stack/deployment";
import { urnName } from "../../../domain/urn";
import { azuread, dynamic, providerType } from "../../../domain/resourceTypes";

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
  /** Whether Entra keeps it for 30 days after that, among the deleted items. */
  readonly restorable: boolean;
  /** Arguments of `pulumi import`, where it can be imported. */
  readonly importArguments: readonly string[] | undefined;
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
}

export interface OrphanRemoval {
  readonly method: "DELETE" | "PATCH" | "POST";
  readonly path: string;
  readonly json?: unknown;
  /** The service that receives the request. @default Microsoft Graph */
  readonly service?: "defender" | keyof AzureCalls;
}

/** What the finders need of a state: an off-boarding keeps only that. */
export interface FinderState extends Pick<Deployment, "pending"> {
  readonly resources: readonly KnownResource[];
}

type KnownResource = Pick<StateResource, "urn" | "type" | "id" | "custom"> & Partial<Pick<StateResource, "outputs">>;

export type GraphObject = Readonly<Record<string, unknown>>;

/** Marks in descriptions; in version 0.1.0 some of them named no stack. */
const describedAs = /[Mm]anaged by (?:Pulumi\b(?: \(([^(),]+)[,)])?|([^()]+)\))/;

/** The project's name, with which marks begin. */
const project = "defender-mssp";

/** Objects in the state, by the last segments of the providers' IDs. */
export class Known {
  readonly #ids: ReadonlySet<string>;

  /**
   * The stack's mark; undefined without a stack ID in the state: then no object is certainly the
   * stack's.
   */
  readonly owner: string | undefined;

  constructor(
    private readonly state: FinderState,
    stack: string,
  ) {
    const identity = state.resources.find(({ type }) => type === stackIdentityType);
    this.owner = identity && `${project}/${lastSegment(stack)}#${identity.id}`;
    this.#ids = new Set(state.resources.map(({ id }) => lastSegment(id).toLowerCase()).filter((id) => id !== ""));
  }

  /** Whether a resource's ID ends with this one. */
  has(id: string): boolean {
    return this.#ids.has(id.toLowerCase());
  }

  /** Whether a resource has this ID, as the provider writes it. */
  hasWhole(id: string): boolean {
    return this.state.resources.some((one) => one.id.toLowerCase() === id.toLowerCase());
  }

  /** Whether a resource's ID, as the provider writes it, begins with this. */
  hasBeginning(id: string): boolean {
    return this.state.resources.some((one) => one.id.toLowerCase().startsWith(id.toLowerCase()));
  }

  /** Object IDs of the groups and guests of the stack. */
  principals(): string[] {
    const types = [azuread("Group"), dynamic("Guest")];
    return this.state.resources
      .filter(({ type }) => types.includes(type))
      .map(({ id }) => lastSegment(id).toLowerCase());
  }

  /** Application (client) IDs of the stack's applications. */
  clientIds(): string[] {
    return this.applications().flatMap(({ outputs }) => {
      const clientId = outputs?.["clientId"];
      return typeof clientId === "string" ? [clientId] : [];
    });
  }

  applications(): readonly KnownResource[] {
    const types = [azuread("Application"), azuread("ApplicationRegistration")];
    return this.state.resources.filter(({ type }) => types.includes(type));
  }

  /**
   * Arguments of `pulumi import` with the declaring component as parent and the provider of the
   * stack's tenant. Undefined if the state does not contain the component.
   */
  importOf(type: string, name: string, id: string, parentType: string): readonly string[] | undefined {
    const parent = this.state.resources.find(
      ({ type: one, urn }) => one === parentType && name.startsWith(urnName(urn)),
    );
    const provider = this.state.resources.find(
      ({ type: one, urn }) => one === providerType("azuread") && !urnName(urn).startsWith("default"),
    );
    if (parent === undefined || provider === undefined) return undefined;
    const named = ({ urn }: KnownResource, as: string) => `${as}=${urn}`;
    return [type, name, id, "--parent", named(parent, "parent"), "--provider", named(provider, "provider")];
  }

  /**
   * Whether the engine was interrupted while it was creating such a resource, with these inputs.
   */
  isPending(type: string, inputs: Readonly<Record<string, unknown>> = {}): boolean {
    return this.state.pending.some(
      ({ operation, resource }) =>
        operation === "creating" &&
        resource.type === type &&
        Object.entries(inputs).every(([name, value]) => resource.inputs[name] === value),
    );
  }

  /** The owner by a mark: `<owner>`, or `<owner>/<resource name>`. */
  evidence(mark: string, text: string): OwnerEvidence {
    const isOwn = this.owner !== undefined && (mark === this.owner || mark.startsWith(`${this.owner}/`));
    return { owner: isOwn ? "thisStack" : "another", text };
  }

  /** The owner by the object's description. */
  describedEvidence(description: string): OwnerEvidence {
    const found = describedAs.exec(description);
    if (found === null) return { owner: "unknown", text: "none: no evidence that this program created it" };
    return this.evidence(found[1] ?? found[2] ?? "", `its description: "${description}"`);
  }
}

const stackIdentityType = dynamic("StackIdentity");

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
    restorable: false,
    importArguments: undefined,
  };
}

/** Evidence for a part of an object in the stack's state. */
export function partEvidence(owner: string): OwnerEvidence {
  return { owner: "thisStack", text: `part of ${owner}, which is in the stack's state` };
}

/** Removal by one request of Graph. */
export function deletionOf(path: string): OrphanRemoval {
  return { method: "DELETE", path };
}

/** An object's ID, creation time and owners. */
export async function madeBy(call: GraphCall, collection: string, object: GraphObject) {
  const id = text(object, "id");
  const owners = await graphList<GraphObject>(call, `/v1.0/${collection}/${id}/owners`);
  return {
    id,
    createdOn: text(object, "createdDateTime"),
    createdBy: owners.map((owner) => text(owner, "displayName")).join(", "),
  };
}

/** A property that is a text; empty where it is none. */
export function text(object: GraphObject, name: string): string {
  const value = object[name];
  return typeof value === "string" ? value : "";
}

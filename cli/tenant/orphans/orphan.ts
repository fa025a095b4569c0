/** What the searches for orphans share. */
import { looked, type AzureCalls, type UnreadKind } from "@defender-mssp/tenant";
import { textOf } from "@defender-mssp/errors/json";
import {
  graphList,
  graphRoute,
  lastSegment,
  parseStackMark,
  type GraphCall,
  type StackMark,
} from "@defender-mssp/microsoft";
import { applicable, type AccessKind } from "../../../domain/kinds/accessKind";
import type { Deployment, StateResource } from "../../stack/deployment";
import { parseUrn, urnName } from "../../../domain/urn";
import { providerType, stackRandomId } from "../../../domain/resourceTypes";

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

/** Objects in the state, by the last segments of the providers' IDs. */
export class Known {
  readonly #ids: ReadonlySet<string>;

  /** The stack's random ID; undefined where the state has none: then no object is certainly the stack's. */
  readonly stackId: string | undefined;
  /** The stack as marks name it. */
  readonly stackName: string;

  constructor(
    readonly state: FinderState,
    stack: string,
    /** Name of the project, with which marks begin. */
    project: string,
  ) {
    this.stackId = stackRandomId(state.resources);
    this.stackName = `${project}/${lastSegment(stack)}`;
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

  /** Object IDs of the stack's objects of these kinds, in lower case. */
  objectIds(...ofKinds: readonly Pick<AccessKind, "types">[]): string[] {
    return this.objects(...ofKinds).map(({ id }) => lastSegment(id).toLowerCase());
  }

  /** The stack's objects of these kinds: a create that did not finish has none. */
  objects(...ofKinds: readonly Pick<AccessKind, "types">[]): readonly KnownResource[] {
    const types = ofKinds.flatMap((kind) => applicable(kind.types) ?? []);
    return this.state.resources.filter(({ type, id }) => types.includes(type) && id !== "");
  }

  /**
   * Arguments of `pulumi import`, with the declaring component as parent and the provider of the stack's
   * tenant. Undefined unless the state names the interrupted create and has that component.
   */
  importOf(
    kind: AccessKind,
    { id, name }: { readonly id: string; readonly name: string },
  ): readonly string[] | undefined {
    const { urn, type } = this.pendingCreate(kind, name) ?? {};
    const address = applicable(kind.address);
    if (urn === undefined || type === undefined || address === undefined || !type.startsWith("azuread:"))
      return undefined;
    const { name: resourceName, parentType } = parseUrn(urn);
    const parent = this.state.resources.find(
      (resource) => resource.type === parentType && resourceName.startsWith(urnName(resource.urn)),
    );
    const provider = this.state.resources.find(
      (resource) => resource.type === providerType("azuread") && !urnName(resource.urn).startsWith("default"),
    );
    if (parent === undefined || provider === undefined) return undefined;
    // azuread's IDs of entitlement management are the objects' alone.
    const { version, route } = graphRoute(address);
    const providerId = version === "v1.0" ? `${route}/${id}` : id;
    return [
      type,
      resourceName,
      providerId,
      "--parent",
      `parent=${parent.urn}`,
      "--provider",
      `provider=${provider.urn}`,
    ];
  }

  /**
   * Whether the engine was interrupted while it was creating such a resource, with these inputs.
   */
  isPending(types: readonly string[], inputs: Readonly<Record<string, unknown>> = {}): boolean {
    return this.state.pending.some(
      ({ operation, resource }) =>
        operation === "creating" &&
        types.includes(resource.type) &&
        Object.entries(inputs).every(([name, value]) => resource.inputs[name] === value),
    );
  }

  /** The create of an object of this kind and name that the engine was interrupted in. */
  pendingCreate(kind: AccessKind, name: string): StateResource | undefined {
    const types = applicable(kind.types) ?? [];
    // Nothing in the inputs names what the settings don't.
    const hasName = (inputs: StateResource["inputs"]): boolean =>
      applicable(kind.name) === undefined ||
      Object.values(inputs).some((value) => typeof value === "string" && value.toLowerCase() === name.toLowerCase());
    return this.state.pending.find(
      ({ operation, resource }) =>
        operation === "creating" && types.includes(resource.type) && hasName(resource.inputs),
    )?.resource;
  }

  /** Whether the stack has, or was about to have, a resource of this kind. */
  hasKind(kind: AccessKind): boolean {
    const types = applicable(kind.types) ?? [];
    return [...this.state.resources, ...this.state.pending.map(({ resource }) => resource)].some(({ type }) =>
      types.includes(type),
    );
  }

  /** The names of the objects of these types whose create was interrupted. */
  pendingNames(types: readonly string[]): string[] {
    return this.state.pending.flatMap(({ operation, resource }) => {
      const { name } = resource.inputs;
      return operation === "creating" && types.includes(resource.type) && typeof name === "string" ? [name] : [];
    });
  }

  /** Whether a mark is this stack's: by its random ID. */
  isOwn(mark: StackMark | undefined): boolean {
    return mark !== undefined && this.stackId !== undefined && mark.stackId === this.stackId;
  }

  /** The owner by the object's description. */
  describedEvidence(description: string): OwnerEvidence {
    const mark = parseStackMark(description);
    if (mark === undefined) return { owner: "unknown", text: "none: no evidence that this program created it" };
    return { owner: this.isOwn(mark) ? "thisStack" : "another", text: `its description: "${description}"` };
  }
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

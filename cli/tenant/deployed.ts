/** What a stack has by its state: its objects by their IDs, and the creates that the engine was interrupted in. */
import { lastSegment } from "@defender-mssp/microsoft";
import { applicable, type AccessKind } from "../../domain/kinds/accessKind";
import { resourceKind, type KindKey } from "../../domain/kinds/kinds";
import { stackRandomId } from "../../domain/resourceTypes";
import type { Deployment, StateResource } from "../stack/deployment";

export interface DeployedObject {
  readonly type: string;
  /** Undefined for an object that a test makes. */
  readonly urn?: string;
  /** As the provider writes it. */
  readonly id: string;
  /** The last segment of `id`, in lower case. */
  readonly objectId: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly custom?: boolean;
  /** Whether the engine only forgets the resource when it is deleted. */
  readonly retainOnDelete?: boolean;
}

/** The resources of one stack. */
export class Deployed {
  readonly #ids: ReadonlySet<string>;

  constructor(
    readonly resources: readonly DeployedObject[],
    readonly pending: Deployment["pending"] = [],
  ) {
    this.#ids = new Set(resources.map(({ objectId }) => objectId).filter((id) => id !== ""));
  }

  /** Whether one of the stack's resources has this ID, also one that waits for its deletion. */
  has(id: string): boolean {
    return this.#ids.has(id.toLowerCase());
  }

  /** Whether a resource's ID, as the provider writes it, begins with this. */
  hasBeginning(id: string): boolean {
    return this.resources.some((one) => one.id.toLowerCase().startsWith(id.toLowerCase()));
  }

  /** Whether a resource has this ID, as the provider writes it. */
  hasWhole(id: string): boolean {
    return this.resources.some((one) => one.id.toLowerCase() === id.toLowerCase());
  }

  /**
   * Whether a resource is what Graph or Azure names so. An ID of Azure is whole: in another scope the same GUID is
   * another object.
   */
  declares(id: string): boolean {
    return id.startsWith("/subscriptions/") ? this.hasWhole(id) : this.has(lastSegment(id));
  }

  /** Resources of a kind, an extension's as well. */
  all(kind: KindKey): readonly DeployedObject[] {
    return this.resources.filter((resource) => resourceKind(resource)?.key === kind && resource.objectId !== "");
  }

  /** Whether the stack has, or was about to have, a resource of this kind. */
  hasKind({ types }: Pick<AccessKind, "types">): boolean {
    const own = [...this.resources, ...this.pending.map(({ resource }) => resource)];
    return own.some(({ type }) => applicable(types)?.includes(type));
  }

  /** Resources of a kind whose create the engine was interrupted in. */
  creating({ types }: Pick<AccessKind, "types">): readonly StateResource[] {
    return this.pending
      .filter(({ operation, resource }) => operation === "creating" && applicable(types)?.includes(resource.type))
      .map(({ resource }) => resource);
  }

  /** Whether one of them has these inputs. */
  isCreating(kind: Pick<AccessKind, "types">, wanted: Readonly<Record<string, unknown>> = {}): boolean {
    return this.creating(kind).some(({ inputs }) =>
      Object.entries(wanted).every(([name, value]) => inputs[name] === value),
    );
  }

  /** The one of them that has this name. */
  creatingNamed(kind: Pick<AccessKind, "types" | "name">, name: string): StateResource | undefined {
    // Nothing in the inputs names what the settings don't.
    return this.creating(kind).find(
      ({ inputs }) =>
        applicable(kind.name) === undefined ||
        Object.values(inputs).some((value) => typeof value === "string" && value.toLowerCase() === name.toLowerCase()),
    );
  }

  /** The stack's random ID; undefined where its state has none. */
  get stackId(): string | undefined {
    return stackRandomId(this.resources);
  }
}

/** The objects of a state. Secrets stay encrypted. */
export function deployedOf({ resources, pending }: Deployment): Deployed {
  return new Deployed(
    resources.map((one) => ({ ...one, objectId: lastSegment(one.id).toLowerCase() })),
    pending,
  );
}

/** The texts of a list in a resource's inputs, in lower case. */
export function textsOf(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((one) => typeof one === "string").map((one) => one.toLowerCase()) : [];
}

export interface DeclaredMember {
  readonly objectId: string;
  readonly accessEndsOn?: string;
}

/** The eligible members of a group, as an eligibility's properties list them. */
export function membersOf(list: unknown): DeclaredMember[] {
  return (Array.isArray(list) ? (list as unknown[]) : []).filter(
    (member): member is DeclaredMember => typeof (member as DeclaredMember | null)?.objectId === "string",
  );
}

/** The stack's objects by its state: their IDs and inputs. */
import { lastSegment } from "@defender-mssp/microsoft";
import { resourceKind, type KindKey } from "../../../domain/kinds/kinds";
import { stackRandomId } from "../../../domain/resourceTypes";
import type { Deployment } from "../../stack/deployment";

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
  /** Whether the engine only forgets the resource when it is deleted. */
  readonly retainOnDelete?: boolean;
}

/** The resources of one stack. */
export class Deployed {
  readonly #ids: ReadonlySet<string>;

  constructor(readonly resources: readonly DeployedObject[]) {
    this.#ids = new Set(resources.map(({ objectId }) => objectId).filter((id) => id !== ""));
  }

  /** Whether one of the stack's resources has this ID, also one that waits for its deletion. */
  has(id: string): boolean {
    return this.#ids.has(id.toLowerCase());
  }

  /** Resources of a kind, an extension's as well. */
  all(kind: KindKey): readonly DeployedObject[] {
    return this.resources.filter((resource) => resourceKind(resource)?.key === kind && resource.objectId !== "");
  }

  /** The stack's random ID; undefined where its state has none. */
  get stackId(): string | undefined {
    return stackRandomId(this.resources);
  }
}

/** The objects of a state. Secrets stay encrypted. */
export function deployedOf({ resources }: Deployment): Deployed {
  return new Deployed(resources.map((one) => ({ ...one, objectId: lastSegment(one.id).toLowerCase() })));
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

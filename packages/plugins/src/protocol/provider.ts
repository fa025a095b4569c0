/** The interface of a stand-in plugin behind the gRPC service. */
import type { ValueRecord } from "./values";

/** A mistake in a resource's or provider's arguments. `reason` is shown to the user as it is. */
export interface ArgumentFailure {
  property: string;
  reason: string;
}

/** Checked arguments, or why they were refused. */
export interface Checked {
  inputs: ValueRecord;
  failures: ArgumentFailure[];
}

export type ChangeKind = "add" | "update" | "delete";

/** One property path that differs, such as `members[0]`. */
export interface PropertyDifference {
  kind: ChangeKind;
  /** It can't be changed in place. */
  replace: boolean;
}

export interface ResourceDifference {
  changes: ReadonlyMap<string, PropertyDifference>;
  /** Properties that an update in place never changes. */
  stables: string[];
}

export interface ResourceRequest {
  urn: string;
  /** Such as `azuread:index/group:Group`. */
  type: string;
  /** Seconds that the user allows (`customTimeouts`); 0: the resource type's own limit. */
  timeout: number;
}

export interface Provider {
  readonly name: string;
  readonly version: string;
  /** A package schema: what the engine asks for by `GetSchema`. */
  schema(): object;
  checkConfig(urn: string, inputs: ValueRecord): Checked;
  /** Called once before the others, unless an argument is unknown. */
  configure(args: ValueRecord): Promise<void>;
  /** `before`: the previous inputs, empty for a new resource. Generated values stay. */
  check(resource: ResourceRequest, inputs: ValueRecord, before: ValueRecord): Promise<Checked>;
  diff(
    resource: ResourceRequest,
    id: string,
    state: ValueRecord,
    inputs: ValueRecord,
    before: ValueRecord,
  ): Promise<ResourceDifference>;
  create(resource: ResourceRequest, inputs: ValueRecord, preview: boolean): Promise<{ id: string; state: ValueRecord }>;
  /** Refresh, or import when `state` is empty. `undefined`: there is no such object. */
  read(
    resource: ResourceRequest,
    id: string,
    state: ValueRecord,
    inputs: ValueRecord,
  ): Promise<{ id: string; state: ValueRecord; inputs: ValueRecord } | undefined>;
  update(
    resource: ResourceRequest,
    id: string,
    state: ValueRecord,
    inputs: ValueRecord,
    preview: boolean,
  ): Promise<ValueRecord>;
  delete(resource: ResourceRequest, id: string, state: ValueRecord): Promise<void>;
  invoke(token: string, args: ValueRecord): Promise<{ result: ValueRecord } | { failures: ArgumentFailure[] }>;
  /** Ctrl-C: ends all waits. */
  cancel(): void;
}

/**
 * The object was created or changed in part. The engine stores `id` and `state`, shows the reason,
 * and updates the resource next time.
 */
export class InitializationFailed extends Error {
  constructor(
    readonly id: string,
    readonly state: ValueRecord,
    reason: string,
  ) {
    super(reason);
  }
}

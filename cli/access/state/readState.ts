/** What a report reads of a stack's state: resources and outputs, without anything secret. */
import type { Deployment, StateResource } from "../../stack/deployment";
import type { PlannedResource } from "../../planned/plannedResources";
import { guestsIn, type Leaver } from "../../stack/leavers";
import { urnName } from "../../../domain/urn";
import { isWithoutObject, resourceKind, type KindKey } from "../../../domain/kinds/kinds";
import { stackType } from "../../../domain/resourceTypes";

/** A resource of the state. */
export interface ReportResource {
  /** Such as `azuread:index/group:Group`. */
  readonly type: string;
  /** Undefined for a type that no kind of access has. */
  readonly kind: KindKey | undefined;
  /** Name in the program. */
  readonly name: string;
  /** As the provider writes it; empty before `up`. */
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** When the engine created it: ISO 8601, UTC. */
  readonly created?: string;
}

type ReportSource = Pick<StateResource, "urn" | "type" | "id" | "inputs" | "outputs" | "created">;

export interface ReportState {
  readonly resources: readonly ReportResource[];
  readonly guests: readonly Leaver[];
  /** The stack's outputs; secret ones are absent. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** When the state was last written: ISO 8601, UTC. */
  readonly writtenAt?: string;
  /** Number of operations that were interrupted. */
  readonly interrupted: number;
}

/** Picks what a report shows. Secrets, which are encrypted in a state, are left out. */
export function reportState({ resources, pending, writtenAt }: Deployment): ReportState {
  const all = resources.filter((one) => !one.delete);
  const root = all.find(({ type }) => type === stackType);
  return {
    resources: all.filter((one) => !isWithoutObject(one)).map(reportResource),
    guests: guestsIn(all),
    outputs: withoutSecrets(root?.outputs ?? {}),
    ...(writtenAt === undefined ? {} : { writtenAt: new Date(writtenAt).toISOString() }),
    interrupted: pending.length,
  };
}

/** What `up` will create, in the place of a state. */
export function plannedState(resources: readonly PlannedResource[]): ReportState {
  return {
    resources: resources.map(({ type, name, urn, id, inputs, outputs }) => ({
      type,
      kind: resourceKind({ type, urn })?.key,
      name,
      id,
      inputs: withoutSecrets(inputs),
      outputs: withoutSecrets(outputs),
    })),
    guests: [],
    outputs: {},
    interrupted: 0,
  };
}

function reportResource(one: ReportSource): ReportResource {
  return {
    type: one.type,
    kind: resourceKind(one)?.key,
    name: urnName(one.urn),
    id: one.id,
    inputs: withoutSecrets(one.inputs),
    outputs: withoutSecrets(one.outputs),
    ...(one.created === undefined ? {} : { created: new Date(one.created).toISOString() }),
  };
}

/** The key by which the engine marks a secret (sdk/go/common/resource, `SigKey`). */
const mark = "4dabf18193072939515e22adb298388d";

/** Drops the engine's secrets, encrypted or not, and what can't be anything else by its name. */
function withoutSecrets(map: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.entries(map).filter(
    ([name, value]) => !name.startsWith("__") && !secretNames.has(name) && value !== "[secret]" && !isSecret(value),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, cleaned(value)]));
}

const secretNames: ReadonlySet<string> = new Set(["clientSecret", "inviteRedeemUrl", "inviteRedeemUrls", "value"]);

function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((one) => !isSecret(one)).map(cleaned);
  if (typeof value === "object" && value !== null) return withoutSecrets(value as Record<string, unknown>);
  return value;
}

function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && mark in value;
}

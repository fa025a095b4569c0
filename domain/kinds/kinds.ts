/**
 * The table of what gives access: every kind, in the order in which people read of them. What each is stands at its
 * half in `packages/tenant`.
 */
import { isProviderType, stackType, judgedType } from "../resourceTypes";
import { isBelow } from "../urn";
import { applicable, type AccessKind } from "./accessKind";
import type { KindKey } from "@defender-mssp/tenant";
import { accessPackages } from "./accessPackages";
import { applications } from "./applications";
import { azureResources } from "./azureResources";
import { defenderRoles } from "./defenderRoles";
import { defenderSettings } from "./defenderSettings";
import { directoryRoles } from "./directoryRoles";
import { people } from "./people";
import { servicePrincipals } from "./servicePrincipals";
import { stackState } from "./stackState";
import { trusts } from "./trusts";

const table = [
  ...people,
  ...directoryRoles,
  ...defenderRoles,
  ...accessPackages,
  ...applications,
  ...servicePrincipals,
  ...defenderSettings,
  ...trusts,
  ...azureResources,
  ...stackState,
] as const satisfies readonly AccessKind[];

export const kinds: readonly AccessKind[] = table;

export type { KindKey } from "@defender-mssp/tenant";

/** A kind of the tenant without its half here. */
type Missing = Exclude<KindKey, (typeof table)[number]["key"]>;
true satisfies [Missing] extends [never] ? true : Missing;

/** The kinds whose answer to a question is of this form. */
export type KindsWith<Question extends keyof AccessKind, Answer> = Extract<
  (typeof table)[number],
  { readonly [Name in Question]: Answer }
>["key"];

/** Kinds that no resource declares, and that a person ends. */
export type PersonEndedKind = KindsWith<"removal", { readonly by: "person" }>;

/** A kind as people read it. */
export type KindName = (typeof table)[number]["singular"];

const byType = new Map<string, AccessKind[]>();
for (const kind of kinds)
  for (const type of applicable(kind.types) ?? []) byType.set(type, [...(byType.get(type) ?? []), kind]);

/**
 * The kind of a resource of a state; undefined for a type that no kind knows. Where two kinds have the
 * type, the components in the URN tell.
 */
export function resourceKind({
  type,
  urn = "",
}: {
  readonly type: string;
  readonly urn?: string | undefined;
}): AccessKind | undefined {
  const candidates = byType.get(judgedType(type)) ?? [];
  return (
    candidates.find(({ within }) => within !== undefined && isBelow(urn, within)) ??
    candidates.find(({ within }) => within === undefined)
  );
}

/** Whether a state's resource stands for no object: a component, a provider, or the stack. */
export function isWithoutObject({ type, custom }: { readonly type: string; readonly custom: boolean }): boolean {
  return !custom || isProviderType(type) || type === stackType;
}

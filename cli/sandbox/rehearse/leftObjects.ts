/** What a life has left in the tenant: what the state has, and what only a search of the tenant finds. */
import { deployedOf } from "../../tenant/additions/deployed";
import { openTenant } from "../../tenant/kinds/openTenant";
import { searchTenant, type TenantSearch } from "../../tenant/kinds/searchTenant";
import type { Place } from "../../base/place";
import { counted } from "../../base/counted";
import { shellWord } from "../../base/shellWord";
import { inventory, itemKind, kindText } from "../../access/inventory/inventory";
import { requireOwnState } from "../../stack/stateCode";
import type { Settings } from "../../../settings";
import { stackRandomId } from "../../../domain/resourceTypes";

export interface LeftObjects {
  /** Such as `security group "MSSP Analysts" (ID)`. */
  readonly inState: readonly string[];
  readonly inTenant: readonly string[];
  readonly search: TenantSearch;
}

/** Looks once. @param known IDs of what was there before @throws VisibleError, ServiceError */
export async function leftObjects(
  stack: string,
  settings: Settings,
  known: readonly string[],
  place: Place & { readonly say: (text: string) => void },
): Promise<LeftObjects> {
  const deployment = await requireOwnState(stack, place);
  const items = inventory(deployedOf(deployment)).filter(({ adopted, byHand }) => !adopted && !byHand);
  const stackId = stackRandomId(deployment.resources);
  const search = await searchTenant(await openTenant(settings, { ...place, stack, stackId }));
  const others = new Set([...known, ...items.map(({ id }) => id)].map((id) => id.toLowerCase()));
  const text = (what: string, name: string, id: string) => `${what} "${name}" (${id})`;
  return {
    inState: items.map((item) => text(kindText(item), item.name, item.id)),
    inTenant: search.sightings
      .filter(({ id }) => !others.has(id.toLowerCase()))
      .map(({ kind, name, id }) => text(itemKind({ kind })?.singular ?? kind, name, id)),
    search,
  };
}

const shown = 10;

/** What is left, and the commands that remove it. */
export function leftText(stack: string, { inState, inTenant }: Pick<LeftObjects, "inState" | "inTenant">): string {
  const name = shellWord(stack);
  const list = (what: string, objects: readonly string[], ...commands: readonly string[]) =>
    objects.length === 0
      ? []
      : [
          `${counted(objects.length, "object")} ${what}:`,
          ...objects.slice(0, shown).map((object) => `  ${object}`),
          ...(objects.length > shown ? [`  and ${objects.length - shown} more`] : []),
          ...commands,
        ];
  return [
    ...list("in the tenant alone", inTenant, `Remove them first: npx mssp doctor --repair --stack ${name}`),
    ...list(
      "of the stack's state",
      inState,
      `Remove them: npx pulumi destroy --stack ${name} --refresh --yes`,
      `If an engine was killed, first: npx pulumi cancel --stack ${name} --yes`,
    ),
    ...(inState.length + inTenant.length === 0 ? ["Nothing of it is left that could be looked at."] : []),
  ].join("\n");
}

/** Whether the chains that a command gives have a chain of the oracle, or whether it says that its way was not looked at. */
import { azureRoles } from "@defender-mssp/microsoft";
import { ways, type Chain as GivenChain, type KindKey } from "@defender-mssp/tenant";
import type { Chain, ChainObject, ChainStep, ChainWay, StoredObject } from "@defender-mssp/testkit";
import { notLookedRow, rowsOfWay } from "./catalogue";

/** What a command says. */
export interface Said {
  readonly chains: readonly GivenChain[];
  /** Kinds that it could not look at. */
  readonly unread: ReadonlySet<KindKey>;
  /** IDs of the catalogue's rows that it lists as looked at by nobody. */
  readonly rows: ReadonlySet<string>;
  /** IDs of the stack's own objects that are left, whatever they have. */
  readonly left?: ReadonlySet<string>;
  /** Objects with their IDs, as JSON. */
  readonly objects?: readonly string[];
  /** Its lines: for a failure's text, and for the names of roles. */
  readonly lines: readonly string[];
}

/** Users by their IDs, and applications by the IDs of their service principals. */
export type PeopleById = ReadonlyMap<string, StoredObject>;

const kindsOfRow = new Map(ways.map(({ id, is }) => [id, "kinds" in is ? is.kinds : []]));

/** Whether it says that nobody looked at the step's way, or at principals of this kind. */
export function isNotLooked(chain: Chain, way: ChainWay, { unread, rows }: Said): boolean {
  if (rows.has(notLookedRow(chain, way) ?? "")) return true;
  const kinds: Partial<Record<string, ChainWay>> = { users: "person", servicePrincipals: "application" };
  return [way, kinds[chain.principal.type] ?? way]
    .flatMap((each) => rowsOfWay[each])
    .some((row) => kindsOfRow.get(row)?.some((kind) => unread.has(kind)) === true);
}

/** IDs of a principal: a service principal also has its application's. */
function idsOf({ id, type }: ChainObject, people: PeopleById): string[] {
  const other = type === "servicePrincipals" ? people.get(id)?.id : undefined;
  return [id, ...(other === undefined ? [] : [other])].map((each) => each.toLowerCase());
}

/** Whether the principal itself is named. */
export function isPrincipalNamed({ principal }: Chain, { chains, objects = [] }: Said, people: PeopleById): boolean {
  const ids = idsOf(principal, people);
  return (
    chains.some((given) => ids.includes(given.principal.toLowerCase())) ||
    objects.some((text) => ids.some((id) => text.includes(id)))
  );
}

/** Whether one step of a chain is given: who takes it, its way, and what it leads to. */
export function isNamed(chain: Chain, said: Said, people: PeopleById, at = 0): boolean {
  const step = chain.steps[at];
  if (step === undefined || isNotLooked(chain, step.way, said)) return true;
  if (at === 0 && ["person", "application", "restorable"].includes(step.way))
    return isPrincipalNamed(chain, said, people);
  const holders = idsOf(chain.steps[at - 1]?.to ?? chain.principal, people);
  return (
    said.chains.some(
      (given) =>
        holders.includes(given.principal.toLowerCase()) &&
        rowsOfWay[step.way].includes(given.way) &&
        leadsTo(given, step),
    ) ||
    (said.objects ?? []).some(
      (text) => holders.some((id) => text.includes(id)) && targets(step).some((id) => text.includes(id)),
    )
  );
}

function targets({ to, by = to.id }: ChainStep): string[] {
  return [to.id, by].map((id) => id.toLowerCase());
}

/** A part of the MSSP's entry in the cross-tenant access policy has no ID: its way tells, and the name of a value. */
function leadsTo({ object }: GivenChain, step: ChainStep): boolean {
  const isEntry = step.to.type === "crossTenantAccessPartners";
  return isEntry ? step.by === undefined || step.by === object : targets(step).includes(object.toLowerCase());
}

const azureRoleNames = new Map(Object.entries(azureRoles).map(([name, id]) => [id.toLowerCase(), name.toLowerCase()]));

/** Whether one text says which roles an assignment or a delegation of Azure gives, and where. */
export function isAllowanceNamed(chain: Chain, said: Said): boolean {
  if (!["lighthouse", "azureRole", "eligibleAzureRole"].includes(chain.way)) return true;
  if (isNotLooked(chain, chain.way, said)) return true;
  const [allowed = ""] = chain.allows.toLowerCase().split(" at ");
  const roles = allowed.match(/[0-9a-f]{8}-[0-9a-f-]{27}/g) ?? [];
  const scope = chain.steps.at(-1)?.to.id.toLowerCase() ?? "";
  return said.lines
    .map((text) => text.toLowerCase())
    .filter((line) => line.includes(scope))
    .some((line) => roles.every((role) => line.includes(role) || line.includes(azureRoleNames.get(role) ?? role)));
}

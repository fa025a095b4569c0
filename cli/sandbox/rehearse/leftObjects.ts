/** The test tenant of a life: what speaks against it, and what of a stack is in it. */
import { readGraph } from "@defender-mssp/tenant";
import {
  graphApplications,
  graphGroups,
  graphList,
  graphServicePrincipals,
  graphUsers,
  organizationPath,
  parseStackMark,
  type GraphCall,
  type Organization,
} from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import type { Questions } from "@defender-mssp/terminal/session";
import type { Settings } from "../../../settings";
import { stackRandomId } from "../../../domain/resourceTypes";
import { inventory, itemKind, kindText } from "../../access/inventory/inventory";
import type { Place } from "../../base/place";
import { requireOwnState } from "../../stack/stateCode";
import { deployedOf } from "../../tenant/deployed";
import { openTenant } from "../../tenant/openTenant";

const users = `${graphUsers.path}?$select=id,displayName,employeeType&$top=999`;

/** What the state has, and what else has the mark of a stack, with the commands that remove them. */
export async function leftObjects(
  stack: string,
  settings: Settings,
  place: Place,
): Promise<{ count: number; text: string }> {
  const deployment = await requireOwnState(stack, place);
  const items = inventory(deployedOf(deployment)).filter(({ adopted, byHand }) => !adopted && !byHand);
  const stackId = stackRandomId(deployment.resources);
  const tenant = await openTenant(settings, { ...place, stack, stackId, say: () => undefined });
  const lists = [users, ...[graphGroups, graphApplications, graphServicePrincipals].map(({ path }) => path)];
  const objects = (
    await Promise.all(lists.map((path) => tenant.list<{ id: string; displayName?: string }>(path)))
  ).flat();
  const { nodes } = await readGraph(tenant);
  const marked = [
    ...nodes.flatMap(({ mark, kind, name, id }) =>
      mark ? [{ mark, what: itemKind({ kind })?.singular, name, id }] : [],
    ),
    ...objects.map(({ id, displayName: name = "", ...others }) => {
      return { mark: parseStackMark(JSON.stringify([name, others])), what: "object", name, id };
    }),
  ];
  const ids = new Set(items.map(({ id }) => id.toLowerCase()));
  const lost = marked.flatMap(({ mark, what = "object", name, id }) => {
    if (mark === undefined || ids.has(id.toLowerCase())) return [];
    ids.add(id.toLowerCase());
    return [`${what} "${name}" (${id}) of ${mark.stack || "a stack"}`];
  });
  const list = (what: string, lines: readonly string[]) => (lines.length === 0 ? [] : [what, ...lines].join("\n  "));
  const text = [
    list(
      `In the tenant, and not in the state; npx mssp doctor --repair --stack ${stack} deletes what is this stack's:`,
      lost,
    ),
    list(
      `In the state; npx pulumi destroy --stack ${stack} --refresh --yes removes it, after a killed engine npx pulumi cancel --stack ${stack} before it:`,
      items.map((item) => `${kindText(item)} "${item.name}" (${item.id})`),
    ),
  ];
  return { count: lost.length + items.length, text: text.flat().join("\n") };
}

/** @throws VisibleError where the stack is no test tenant's, or somebody else would get mail */
export function refuseSettings(stack: string, settings: Settings, guests: readonly string[]): void {
  const { rehearsal, offboarded, msspContact: _, ...rest } = settings;
  if (rehearsal !== true || offboarded !== undefined)
    throw new VisibleError(
      `Nothing was created: ${stack} is not for rehearsals. For a test tenant, set rehearsal: true in a settings file of its own.`,
    );
  const addresses =
    JSON.stringify(rest)
      .toLowerCase()
      .match(/[^\s"<>()[\],;:\\]+@[^\s"<>()[\],;:\\]+/g) ?? [];
  const others = addresses.filter((address) => !guests.some((guest) => guest.toLowerCase() === address));
  if (others.length > 0)
    throw new VisibleError(
      `Nothing was created: the settings name ${[...new Set(others)].join(", ")}, who might get mail. Pass --guest <address> for each who has agreed.`,
    );
}

/** @throws VisibleError for a tenant that people work in, or whose name nobody knows */
export async function refuseTenant(
  call: GraphCall,
  {
    tenantId,
    maxUsers,
    tenantDomain,
  }: { readonly tenantId: string; readonly maxUsers: number; readonly tenantDomain?: string },
  ask: Questions,
): Promise<void> {
  const { length } = await graphList(call, users);
  if (length > maxUsers)
    throw new VisibleError(
      `Nothing was created: the tenant ${tenantId} has ${length} users. --max-users <number> allows more than ${maxUsers}.`,
    );
  if (tenantDomain === undefined && !ask.isPossible)
    throw new VisibleError(
      "Nobody can be asked: this is no terminal. Nothing was created. Pass --tenant-domain <domain>, a verified domain of the tenant.",
    );
  const typed = tenantDomain ?? (await ask.text(`To begin, type a verified domain of the tenant ${tenantId}: `)) ?? "";
  const [organization] = await graphList<Partial<Organization>>(call, `${organizationPath}?$select=verifiedDomains`);
  if (organization?.verifiedDomains?.some(({ name }) => name.toLowerCase() === typed.trim().toLowerCase())) return;
  throw new VisibleError(
    `Nothing was created: ${JSON.stringify(typed)} is no verified domain of the tenant ${tenantId}.`,
  );
}

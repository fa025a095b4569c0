/** What speaks against a life in a tenant. All of it is asked before anything is created. */
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
import type { TenantSearch } from "../../tenant/kinds/searchTenant";

/** @throws VisibleError where the stack is no test tenant's, or would write to somebody else */
export function refuseSettings(stack: string, settings: Settings, guests: readonly string[]): void {
  const { rehearsal, offboarded, msspContact: _, ...rest } = settings;
  if (rehearsal !== true || offboarded !== undefined) {
    throw new VisibleError(
      `Nothing was created: --life deploys and removes the stack, and the settings of ${stack} do not allow it. ` +
        "For a test tenant, set rehearsal: true in a settings file of its own.",
    );
  }
  const allowed = new Set(guests.map((address) => address.toLowerCase()));
  const addresses = JSON.stringify(rest).match(/[^\s"<>()[\],;:\\]+@[^\s"<>()[\],;:\\]+/g) ?? [];
  const others = [...new Set(addresses.map((address) => address.toLowerCase()))].filter((it) => !allowed.has(it));
  if (others.length === 0) return;
  throw new VisibleError(
    `Nothing was created: the settings of ${stack} name ${others.join(", ")}, who might get mail, and no --guest names them. ` +
      "Pass --guest <address> for each who has agreed, and remove the others from the settings.",
  );
}

interface TenantRules {
  readonly stack: string;
  readonly tenantId: string;
  readonly maxUsers: number;
}

/** @throws VisibleError for a tenant that people work in, or that a stack already uses */
export async function refuseTenant(call: GraphCall, search: TenantSearch, rules: TenantRules): Promise<void> {
  const { tenantId, maxUsers, stack } = rules;
  const { body } = await call(`${graphUsers.path}?$select=id,displayName,employeeType&$top=999`);
  const { value: users, "@odata.nextLink": next } = body as { value: object[]; "@odata.nextLink"?: string };
  if (users.length > maxUsers || next !== undefined) {
    throw new VisibleError(
      `Nothing was created: the tenant ${tenantId} has more than ${maxUsers} users, as no test tenant should. --max-users <number> allows more, up to 998.`,
    );
  }
  const lists = [graphGroups, graphApplications, graphServicePrincipals].map(({ path }) => graphList(call, path));
  const objects = [...users, ...(await Promise.all(lists)).flat()] as Readonly<Record<string, unknown>>[];
  const marked = objects.flatMap(({ id, displayName, ...others }) => {
    const mark = parseStackMark(JSON.stringify([displayName, others]));
    return mark === undefined ? [] : [`"${String(displayName)}" (${String(id)}) of ${mark.stack || "a stack"}`];
  });
  const sighted = search.sightings.flatMap(({ name, id, mark }) =>
    mark ? [`"${name}" (${id}) of ${mark.stack}`] : [],
  );
  const [first, ...more] = new Set([...marked, ...sighted]);
  if (first === undefined) return;
  throw new VisibleError(
    `Nothing was created: the tenant ${tenantId} has objects with the mark of a stack, and a rehearsal needs one without: ${first}` +
      `${more.length === 0 ? "" : ` and ${more.length} more`}. Those of stack ${stack}, after a lost state: npx mssp doctor --repair --stack ${stack}.`,
  );
}

/** Whoever begins knows the tenant by its name. @throws VisibleError otherwise */
export async function confirmDomain(call: GraphCall, tenantId: string, given: string | undefined, ask: Questions) {
  if (given === undefined && !ask.isPossible) {
    throw new VisibleError(
      "Nobody can be asked: this is no terminal. Nothing was created. Pass --tenant-domain <domain>, a verified domain of the tenant.",
    );
  }
  const typed = given ?? (await ask.text(`To begin, type a verified domain of the tenant ${tenantId}: `)) ?? "";
  const [organization] = await graphList<Partial<Organization>>(call, `${organizationPath}?$select=verifiedDomains`);
  const names = (organization?.verifiedDomains ?? []).map(({ name }) => name.toLowerCase());
  if (names.includes(typed.trim().toLowerCase())) return;
  throw new VisibleError(
    `Nothing was created: ${JSON.stringify(typed)} is no verified domain of the tenant ${tenantId}.`,
  );
}

/**
 * What identities of the MSSP made in the tenant, or gave a credential to, by its audit log: each that is still
 * there may give access, whatever else names nobody of the MSSP.
 */
import { initiatorName, type DirectoryAudit } from "@defender-mssp/microsoft";
import { withGrants, type GrantingNode } from "./graph";
import type { TenantKind } from "./kind";
import { applicable } from "./kindCell";
import { tenantKinds } from "./kinds";
import { deletionStep } from "./presence";
import type { OwnedNode, TenantReader } from "./reader";
import { registrations, servicePrincipalsPath, type ServicePrincipalEntry } from "./registrations";
import { looked, type UnreadKind } from "./unread";

const kindOfType = {
  Application: "application",
  ServicePrincipal: "servicePrincipal",
  User: "guest",
  Group: "group",
} as const;

/** What the log says of an object. */
export interface LoggedObject {
  readonly kind: (typeof kindOfType)[keyof typeof kindOfType];
  readonly id: string;
  readonly name: string;
  /** The MSSP's own, as it made it; otherwise it gave it a credential. */
  readonly isMade: boolean;
  /** Such as `audit log: Add application on 2026-11-03T09:00:00Z by MSSP Automation`. */
  readonly evidence: string;
}

/** Each object once: what was made stays so, whatever was added to it later. */
export function loggedObjects(entries: readonly DirectoryAudit[]): readonly LoggedObject[] {
  const objects = new Map<string, LoggedObject>();
  for (const entry of entries) {
    const { activityDisplayName: activity = "", activityDateTime, targetResources = [] } = entry;
    const isMade = /^(Add (application|service principal|user|group)|Invite external user)$/i.test(activity.trim());
    for (const { id, displayName, type, modifiedProperties } of targetResources) {
      const kind = kindOfType[type as keyof typeof kindOfType] as LoggedObject["kind"] | undefined;
      const changed = [activity, ...(modifiedProperties ?? []).map((property) => property.displayName ?? "")];
      if (kind === undefined || id == null || id === "") continue;
      if (!isMade && !changed.some((text) => /credential|certificates and secrets|KeyDescription/i.test(text)))
        continue;
      const evidence = `audit log: ${activity.trim()} on ${activityDateTime} by ${initiatorName(entry) || "?"}`;
      const before = objects.get(id.toLowerCase());
      if (before === undefined || (isMade && !before.isMade))
        objects.set(id.toLowerCase(), { kind, id, name: displayName ?? before?.name ?? id, isMade, evidence });
    }
  }
  return [...objects.values()];
}

/** What each may give, by what no look shows: a clause. */
const unseen = {
  application: "credentials that the MSSP may know",
  servicePrincipal: "credentials that the MSSP may know",
  guest: "what Teams, SharePoint and Azure share with it",
  group: "what Teams, SharePoint and applications give its members",
} as const satisfies Record<LoggedObject["kind"], string>;

/** Those that are still there, with what they have. A service principal of an application among them is one, too. */
export async function loggedNodes(
  tenant: TenantReader,
  logged: readonly LoggedObject[],
  known: ReadonlySet<string>,
): Promise<{ readonly nodes: readonly GrantingNode[]; readonly unread: readonly UnreadKind[] }> {
  const nodes: GrantingNode[] = [];
  const unread: UnreadKind[] = [];
  const principals = await loggedPrincipals(tenant, logged);
  if ("reason" in principals) unread.push(principals);
  const all = new Map([...("value" in principals ? principals.value : []), ...logged].map((each) => [each.id, each]));
  for (const object of all.values()) {
    if (known.has(object.id.toLowerCase())) continue;
    const kind = tenantKinds[object.kind];
    const answer = await looked(kind, () => kind.presence(tenant, object));
    if ("reason" in answer) unread.push(answer);
    else if (answer.value.state === "found") nodes.push(await withGrants(tenant, loggedNode(tenant, object)));
  }
  return { nodes, unread: [...new Map(unread.map((each) => [each.kind, each])).values()] };
}

async function loggedPrincipals(tenant: TenantReader, logged: readonly LoggedObject[]) {
  return looked(tenantKinds.servicePrincipal, async () => {
    const applications = logged.filter(({ kind }) => kind === "application");
    if (applications.length === 0) return [];
    const appIds = new Map((await registrations(tenant)).map(({ id, appId }) => [id.toLowerCase(), appId]));
    const entries = await tenant.list<ServicePrincipalEntry>(servicePrincipalsPath);
    return applications.flatMap((application): LoggedObject[] => {
      const entry = entries.find(({ appId }) => appId === appIds.get(application.id.toLowerCase()));
      if (entry === undefined) return [];
      const evidence = `its app registration, by the ${application.evidence}`;
      return [{ ...application, kind: "servicePrincipal", id: entry.id, name: entry.displayName, evidence }];
    });
  });
}

function loggedNode(tenant: TenantReader, { kind, id, name, isMade, evidence }: LoggedObject): OwnedNode {
  const { address, principal: type } = tenantKinds[kind] as TenantKind;
  const item = `${applicable(address) ?? ""}/${id}`;
  const step = `Microsoft Entra admin center > App registrations > ${name} > Certificates & secrets: delete what you do not know.`;
  return {
    kind,
    id,
    name,
    evidence,
    gives: [],
    unsure: [unseen[kind]],
    ...(type === undefined ? {} : { principal: { type, id } }),
    ...(isMade ? { whose: "mssp", step: deletionStep(tenant, item), deletion: item } : { whose: "claimed", step }),
  };
}

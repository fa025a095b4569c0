/**
 * Notification rules and SIEM authorizations of the stack at the server for Defender's settings, which
 * lists none: looked for by the names and applications that the settings, the state and its interrupted
 * creates have.
 */
import { type TenantReader } from "@defender-mssp/tenant";
import { application } from "../../../domain/kinds/applications";
import { notificationRule, siemAuthorization } from "../../../domain/kinds/defenderSettings";
import { getNotificationRule, getSiemAuthorization, parseStackMark } from "@defender-mssp/microsoft";
import type { Settings } from "../../../settings";
import { deletionOf, undated, type Known, type Orphan, type OrphanLook } from "./orphan";

/** Looks at the server; finds nothing where a person makes the changes. */
export function portalOrphans(tenant: TenantReader, settings: Settings, known: Known): readonly OrphanLook[] {
  return [
    { kind: notificationRule, find: () => notificationRules(tenant, settings, known) },
    { kind: siemAuthorization, find: () => siemAuthorizations(tenant, settings, known) },
  ];
}

async function notificationRules(
  { defender }: TenantReader,
  { notificationRules: declared, tenantId }: Settings,
  known: Known,
): Promise<readonly Orphan[]> {
  if (defender === undefined) return [];
  const names = [...declared.map(({ name }) => name), ...known.pendingNames(notificationRule.types)];
  const rules = [...new Set(names)].map(async (name): Promise<Orphan[]> => {
    if (known.hasWhole(`${tenantId}/${name}`)) return [];
    const rule = await getNotificationRule(defender, name);
    if (!isOwn(known, rule)) return [];
    const removal = { ...deletionOf(`/notificationRules/${encodeURIComponent(name)}`), service: "defender" as const };
    const interrupted = known.isPending(notificationRule.types, { name });
    return [{ ...marked(`notification rule "${name}"`, name, rule?.managedBy ?? "", interrupted), removal }];
  });
  return (await Promise.all(rules)).flat();
}

async function siemAuthorizations(
  { defender }: TenantReader,
  { tenantId }: Settings,
  known: Known,
): Promise<readonly Orphan[]> {
  if (defender === undefined) return [];
  const clientIds = known.objects(application).flatMap(({ outputs }) => {
    const clientId = outputs?.["clientId"];
    return typeof clientId === "string" ? [clientId] : [];
  });
  const authorizations = clientIds.map(async (applicationId): Promise<Orphan[]> => {
    if (known.hasWhole(`${tenantId}/${applicationId}`)) return [];
    const authorization = await getSiemAuthorization({ ...defender, applicationId });
    if (!isOwn(known, authorization)) return [];
    const removal = { ...deletionOf(`/siemAuthorizations/${applicationId}`), service: "defender" as const };
    const what = "SIEM authorization of the stack's application";
    const interrupted = known.isPending(siemAuthorization.types, { applicationId });
    return [{ ...marked(what, applicationId, authorization?.managedBy ?? "", interrupted), removal }];
  });
  return (await Promise.all(authorizations)).flat();
}

function isOwn(known: Known, { managedBy }: { readonly managedBy?: string | null } = {}): boolean {
  return known.isOwn(parseStackMark(managedBy));
}

function marked(what: string, id: string, mark: string, interrupted: boolean): Omit<Orphan, "removal"> {
  return { ...undated(what, id, { owner: "thisStack", text: mark }, interrupted), comesBack: true };
}

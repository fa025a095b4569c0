/**
 * Notification rules and SIEM authorizations of the stack at the server for Defender's settings, which
 * lists none: looked for by the names and applications that the settings, the state and its interrupted
 * creates have.
 */
import { ownerByMark, type TenantReader, type Whose } from "@defender-mssp/tenant";
import { notificationRule, siemAuthorization } from "../../../domain/kinds/defenderSettings";
import { getNotificationRule, getSiemAuthorization } from "@defender-mssp/microsoft";
import type { Settings } from "../../../settings";
import type { Deployed } from "../deployed";
import { deletionOf, undated, type Orphan, type OrphanLook } from "./orphan";

/** Looks at the server; finds nothing where a person makes the changes. */
export function portalOrphans(tenant: TenantReader, settings: Settings, deployed: Deployed): readonly OrphanLook[] {
  return [
    { kind: notificationRule, find: () => notificationRules(tenant, settings, deployed) },
    { kind: siemAuthorization, find: () => siemAuthorizations(tenant, settings, deployed) },
  ];
}

async function notificationRules(
  { defender, owner }: TenantReader,
  { notificationRules: declared, tenantId }: Settings,
  deployed: Deployed,
): Promise<readonly Orphan[]> {
  if (defender === undefined) return [];
  const names = [
    ...declared.map(({ name }) => name),
    ...deployed
      .creating(notificationRule)
      .flatMap(({ inputs }) => (typeof inputs["name"] === "string" ? [inputs["name"]] : [])),
  ];
  const rules = [...new Set(names)].map(async (name): Promise<Orphan[]> => {
    if (deployed.hasWhole(`${tenantId}/${name}`)) return [];
    const rule = await getNotificationRule(defender, name);
    if (!isOwn(owner, rule)) return [];
    const removal = { ...deletionOf(`/notificationRules/${encodeURIComponent(name)}`), service: "defender" as const };
    const interrupted = deployed.isCreating(notificationRule, { name });
    return [{ ...marked(`notification rule "${name}"`, name, rule?.managedBy ?? "", interrupted), removal }];
  });
  return (await Promise.all(rules)).flat();
}

async function siemAuthorizations(
  { defender, owner }: TenantReader,
  { tenantId }: Settings,
  deployed: Deployed,
): Promise<readonly Orphan[]> {
  if (defender === undefined) return [];
  const clientIds = deployed.all("application").flatMap(({ outputs }) => {
    const clientId = outputs["clientId"];
    return typeof clientId === "string" ? [clientId] : [];
  });
  const authorizations = clientIds.map(async (applicationId): Promise<Orphan[]> => {
    if (deployed.hasWhole(`${tenantId}/${applicationId}`)) return [];
    const authorization = await getSiemAuthorization({ ...defender, applicationId });
    if (!isOwn(owner, authorization)) return [];
    const removal = { ...deletionOf(`/siemAuthorizations/${applicationId}`), service: "defender" as const };
    const what = "SIEM authorization of the stack's application";
    const interrupted = deployed.isCreating(siemAuthorization, { applicationId });
    return [{ ...marked(what, applicationId, authorization?.managedBy ?? "", interrupted), removal }];
  });
  return (await Promise.all(authorizations)).flat();
}

function isOwn(whose: Whose, { managedBy }: { readonly managedBy?: string | null } = {}): boolean {
  return ownerByMark(whose, managedBy)?.whose === "stack";
}

function marked(what: string, id: string, mark: string, interrupted: boolean): Omit<Orphan, "removal"> {
  return { ...undated(what, id, { owner: "thisStack", text: mark, isClaim: true }, interrupted), comesBack: true };
}

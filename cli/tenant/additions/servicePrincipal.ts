/**
 * Additions to the SIEM's service principal: what was granted to it, and what it can sign in with.
 * Reading needs `Application.Read.All` and, for delegated permissions,
 * `DelegatedPermissionGrant.Read.All`.
 */
import { azRest, chain } from "@defender-mssp/tenant";
import {
  appRoleAssignmentsPath,
  clientGrantsPath,
  connectorRoles,
  defaultConnectorAccess,
  equals,
  findServicePrincipal,
  graphApplications,
  graphList,
  graphPermissionGrants,
  graphServicePrincipals,
  isConnectorRole,
  legacyAlertScope,
  listAppRoleAssignments,
  namedRoles,
  windowsDefenderAtp,
  type AppRoleAssignment,
  type ConnectorRole,
  type OAuth2PermissionGrant,
  type ServicePrincipal,
} from "@defender-mssp/microsoft";
import { upRefresh, type FoundAddition } from "./addition";
import { shellQuoted } from "../../base/shellWord";
import { credential, expectedRedirectUris } from "./application";
import { textsOf, type DeployedObject } from "../deployed";
import { foreignOwners, type AdditionsTenant } from "./tenant";
import { resourceKind } from "../../../domain/kinds/kinds";
import { consentsToLegacyApi, isGrantedByAdministrator } from "../../../domain/prerequisiteSettings";
import { siemName, siemPrincipalResource } from "../../../domain/resourceNames";
import { urnName } from "../../../domain/urn";

/** The SIEM's service principals: of its own application, or of the MSSP's. */
export function servicePrincipalsOf({ deployed }: AdditionsTenant): readonly DeployedObject[] {
  return [...deployed.all("servicePrincipal"), ...deployed.all("msspServicePrincipal")];
}

/** Without delegated permissions: reading them needs another permission. */
export async function servicePrincipalAdditions(tenant: AdditionsTenant): Promise<FoundAddition[]> {
  const { settings, today = "" } = tenant;
  const found = servicePrincipalsOf(tenant).map(async (one): Promise<FoundAddition[]> => {
    const { objectId, type } = one;
    const agreed = isGrantedByHer(tenant, one)
      ? connectorRoles(settings.connector ?? defaultConnectorAccess, today)
      : [];
    const principal = await read(tenant, objectId);
    if (principal === undefined) return [];
    const named = { id: objectId, name: `service principal "${principal.displayName}"` };
    return [
      ...disabledSignIn(tenant, principal, { to: named.name, type }),
      ...principalCredentials(tenant, principal, named.name),
      // The MSSP's own application has redirect URIs that the stack does not declare.
      ...(isOfCustomerApplication(type) ? await replyUrls(tenant, principal, named.name) : []),
      ...(await grantedRoles(tenant, principal, named.name, agreed)),
      ...(await foreignOwners(tenant, "servicePrincipals", named)),
    ];
  });
  return (await Promise.all(found)).flat();
}

/** Whether a service principal is of an application in the customer's tenant. */
function isOfCustomerApplication(type: string): boolean {
  return resourceKind({ type })?.key === "servicePrincipal";
}

/** Disabling the service principal is how a customer stops the SIEM: no step undoes it unasked. */
function disabledSignIn(
  { settings }: AdditionsTenant,
  { id, accountEnabled }: ServicePrincipal,
  { to, type }: { readonly to: string; readonly type: string },
): FoundAddition[] {
  if (accountEnabled) return [];
  const { connector } = settings;
  const isAsked = connector?.kind === "customerApp" && connector.accountEnabled === true;
  const setting = isOfCustomerApplication(type)
    ? "; then set connector.accountEnabled: true and run npx pulumi up --refresh"
    : "";
  return [
    {
      kind: "disabled sign-in",
      to,
      what: "sign-in disabled (accountEnabled is false): the customer's switch, which up leaves as it is",
      id,
      targets: [id],
      step: isAsked ? upRefresh : `agree with the customer to enable it${setting}`,
    },
  ];
}

async function read({ call }: AdditionsTenant, id: string): Promise<ServicePrincipal | undefined> {
  const { status, body } = await call(graphServicePrincipals.item(id), { accept: [404] });
  return status === 404 ? undefined : (body as ServicePrincipal);
}

/** The stack declares no credential of the service principal, only of the application. */
export function principalCredentials(
  { deployed, graph }: AdditionsTenant,
  principal: ServicePrincipal,
  to: string,
): FoundAddition[] {
  const { id } = principal;
  const foreign = <One extends { keyId: string }>(list: readonly One[]) =>
    list.filter((one) => !deployed.has(one.keyId));
  return [
    ...foreign(principal.passwordCredentials).map((secret) => ({
      ...credential("client secret", to, secret, id),
      step: azRest("POST", `${graph}${graphServicePrincipals.item(id)}/removePassword`, { keyId: secret.keyId }),
    })),
    ...foreign(principal.keyCredentials).map((key) => ({
      ...credential("certificate", to, key, id),
      step: `az ad sp credential delete --id ${shellQuoted(id)} --key-id ${shellQuoted(key.keyId)} --cert`,
    })),
  ];
}

/** Those of the application's registration are found there. */
async function replyUrls(tenant: AdditionsTenant, principal: ServicePrincipal, to: string): Promise<FoundAddition[]> {
  const expected = expectedRedirectUris(tenant);
  const foreign = principal.replyUrls.filter((uri) => !expected.includes(uri.toLowerCase()));
  if (foreign.length === 0) return [];
  const applications = await graphList<{ [platform: string]: { redirectUris?: string[] } }>(
    tenant.call,
    `${graphApplications.path}?$filter=${equals("appId", principal.appId)}`,
  );
  const registered = applications.flatMap((one) =>
    ["web", "spa", "publicClient"].flatMap((platform) => one[platform]?.redirectUris ?? []),
  );
  const kept = principal.replyUrls.filter((uri) => !foreign.includes(uri));
  return foreign
    .filter((uri) => !registered.includes(uri))
    .map((uri) => ({
      kind: "redirect URI",
      to,
      what: `redirect URI ${uri}`,
      id: uri,
      targets: [principal.id],
      step: azRest("PATCH", `${tenant.graph}${graphServicePrincipals.item(principal.id)}`, { replyUrls: kept }),
    }));
}

async function grantedRoles(
  tenant: AdditionsTenant,
  { id }: ServicePrincipal,
  to: string,
  agreed: readonly ConnectorRole[],
): Promise<FoundAddition[]> {
  const undeclared = (await listAppRoleAssignments(tenant.call, id)).filter((one) => !tenant.deployed.has(one.id));
  const roles = await namedRoles(tenant.call, undeclared);
  return roles
    .filter((granted) => !agreed.some((role) => isConnectorRole(granted, role)))
    .map(({ assignment, value }) => permissionAddition(tenant, assignment, { to, role: value }));
}

/** An application permission that the stack does not have. */
export function permissionAddition(
  { graph }: AdditionsTenant,
  { id, principalId, resourceId, ...assignment }: AppRoleAssignment,
  { role, to, note = "" }: { readonly role: string; readonly to: string; readonly note?: string },
): FoundAddition {
  return {
    kind: "application permission",
    to,
    what: `application permission ${role} of ${assignment.resourceDisplayName ?? resourceId}${note}`,
    id,
    chains: [chain({ kind: "applicationPermission", principal: principalId, object: id })],
    createdOn: assignment.createdDateTime,
    targets: [principalId, resourceId],
    mentions: [principalId, assignment.appRoleId],
    step: azRest("DELETE", `${graph}${appRoleAssignmentsPath(principalId)}/${id}`),
  };
}

/** Whether what an administrator grants to it by the settings is no resource of the stack. */
function isGrantedByHer({ prerequisites }: AdditionsTenant, { urn }: DeployedObject): boolean {
  if (prerequisites === undefined || !isGrantedByAdministrator(prerequisites)) return false;
  return urn !== undefined && urnName(urn) === siemPrincipalResource(siemName);
}

export async function consentAdditions(tenant: AdditionsTenant): Promise<FoundAddition[]> {
  const found = servicePrincipalsOf(tenant).map(async (principal): Promise<FoundAddition[]> => {
    const { objectId } = principal;
    const path = clientGrantsPath(objectId);
    const { status } = await tenant.call(path, { accept: [404] });
    if (status === 404) return [];
    const grants = await graphList<OAuth2PermissionGrant>(tenant.call, path);
    const agreed = isGrantedByHer(tenant, principal) ? await legacyApiId(tenant) : undefined;
    return grants
      .filter(({ consentType, resourceId, scope }) => {
        const isHers = consentType === "AllPrincipals" && resourceId === agreed && scope === legacyAlertScope;
        return !isHers;
      })
      .flatMap((one) => addedScopes(tenant, one, `service principal ${objectId}`));
  });
  return (await Promise.all(found)).flat();
}

/** Object ID of the API whose delegated permission an administrator grants by the settings. */
async function legacyApiId({ call, prerequisites }: AdditionsTenant): Promise<string | undefined> {
  if (prerequisites === undefined || !consentsToLegacyApi(prerequisites)) return undefined;
  return (await findServicePrincipal(call, windowsDefenderAtp.appId))?.id;
}

/** Another grant, or added scopes in the stack's grant, which the engine removes. */
function addedScopes({ deployed, graph }: AdditionsTenant, one: OAuth2PermissionGrant, to: string): FoundAddition[] {
  const scopes = (one.scope ?? "").split(" ").filter((scope) => scope !== "");
  const ours = deployed.all("delegatedConsent").find(({ objectId }) => objectId === one.id.toLowerCase());
  const wanted = textsOf(ours?.inputs["claimValues"]);
  const foreign = scopes.filter((scope) => !wanted.includes(scope.toLowerCase()));
  if (foreign.length === 0 && ours !== undefined) return [];
  const whom = one.consentType === "AllPrincipals" ? "for all users" : `for the user ${one.principalId ?? ""}`;
  return [
    {
      kind: "consent",
      to,
      what: `delegated permissions ${foreign.join(", ") || "(none)"} of ${one.resourceId}, ${whom}`,
      id: one.id,
      chains: [chain({ kind: "delegatedConsent", principal: one.clientId, object: one.id })],
      targets: [one.clientId, one.resourceId],
      mentions: [one.clientId],
      step: ours === undefined ? azRest("DELETE", `${graph}${graphPermissionGrants.item(one.id)}`) : upRefresh,
    },
  ];
}
